// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Backend;
import dev.headgate.call.DemoSettings;
import dev.headgate.call.Guards;
import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.call.Guards.BulkheadRule;
import dev.headgate.call.Guards.HealthRule;
import dev.headgate.call.Secret;
import dev.headgate.call.Timeouts;
import dev.headgate.routing.Route;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackendCompilerTest {
    private static List<String> codes(String routes) {
        return Reading.of(routes).problems().stream().map(Problem::code).toList();
    }

    private static Backend backend(Snapshot snapshot, String name) {
        return requireNonNull(snapshot.backends().get(name));
    }

    private static Route route(Snapshot snapshot, String name) {
        return requireNonNull(snapshot.routes().find(name));
    }

    @Test
    void a_backend_with_every_word() {
        Snapshot snapshot = new Reading()
                .file("/run/ca.pem", "-----BEGIN CERTIFICATE-----\nx\n")
                .file("/run/key", "beta-key\r\n")
                .env("KEY", "alpha-key")
                .file("routes.yaml", """
                        backends:
                          x:
                            type: azure
                            baseUrl: "https://acme.openai.azure.com/"
                            apiKeys: [env:KEY, file:/run/key]
                            auth: header:X-Key
                            headers: { X-Team: "ml 1" }
                            tls: { ca: file:/run/ca.pem }
                            proxy: "http://egress:3128"
                            apiVersion: 2024-10-21
                            usageInStream: never
                            optional: true
                            timeouts: { connect: 5s, firstByte: 6s, firstToken: 7s, idle: 8s, total: 9m }
                            breaker: { failureRatio: 10%, slowerThan: 1s, slowRatio: 20%, minimumCalls: 5, window: 2s, openFor: 3s, rampUp: 0s }
                            maxConcurrent: 64
                            maxWait: 0s
                            health: { path: /models, every: 20s }
                        """)
                .snapshot();
        assertThat(backend(snapshot, "x"))
                .isEqualTo(new Backend(
                        "x",
                        Backend.Dialect.AZURE,
                        URI.create("https://acme.openai.azure.com"),
                        new Backend.Auth.Header("X-Key"),
                        List.of(new Secret("alpha-key"), new Secret("beta-key")),
                        Map.of("x-team", "ml 1"),
                        "2024-10-21",
                        null,
                        "-----BEGIN CERTIFICATE-----\nx\n",
                        URI.create("http://egress:3128"),
                        false,
                        new Guards(
                                new Timeouts(
                                        Duration.ofSeconds(5),
                                        Duration.ofSeconds(6),
                                        Duration.ofSeconds(7),
                                        Duration.ofSeconds(8),
                                        Duration.ofMinutes(9)),
                                new BreakerRule(
                                        10,
                                        Duration.ofSeconds(1),
                                        20,
                                        5,
                                        Duration.ofSeconds(2),
                                        Duration.ofSeconds(3),
                                        Duration.ZERO),
                                new BulkheadRule(64, Duration.ZERO),
                                new HealthRule("/models", Duration.ofSeconds(20))),
                        null));
        assertThat(snapshot.toString()).doesNotContain("alpha-key").doesNotContain("beta-key");
    }

    @Test
    void a_backend_that_says_little_gets_the_defaults() {
        Snapshot snapshot = new Reading()
                .env("KEY", "k")
                .file("routes.yaml", "backends: { x: { baseUrl: \"http://h/v1\", apiKeys: [env:KEY] } }\n")
                .snapshot();
        Backend backend = backend(snapshot, "x");
        assertThat(backend.dialect()).isEqualTo(Backend.Dialect.OPENAI);
        assertThat(backend.auth()).isEqualTo(new Backend.Auth.Bearer());
        assertThat(backend.askUsage()).isTrue();
        assertThat(backend.guards()).isEqualTo(Guards.DEFAULT);
        assertThat(backend.headers()).isEmpty();
        assertThat(backend.isOn()).isTrue();
    }

    @Test
    void what_a_backend_does_not_say_the_defaults_say() {
        Snapshot snapshot = Reading.snapshotOf("""
                defaults: { timeouts: { connect: 1s, idle: 3s, total: 5m } }
                backends:
                  a: { type: demo, timeouts: { idle: 4s } }
                  b: { type: demo }
                """);
        assertThat(backend(snapshot, "a").guards().timeouts())
                .isEqualTo(new Timeouts(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(4),
                        null));
        assertThat(backend(snapshot, "b").guards().timeouts().idle()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void a_bulkhead_is_a_number_or_finds_its_own() {
        Snapshot snapshot = Reading.snapshotOf("""
                backends:
                  a: { type: demo, maxConcurrent: 7 }
                  b: { type: demo, maxConcurrent: adaptive, maxWait: 250ms }
                """);
        assertThat(backend(snapshot, "a").guards().bulkhead()).isEqualTo(new BulkheadRule(7, Duration.ofSeconds(1)));
        assertThat(backend(snapshot, "b").guards().bulkhead()).isEqualTo(new BulkheadRule(0, Duration.ofMillis(250)));
        assertThat(requireNonNull(Shape.of(RoutesFile.Backend.class).slot("maxWait"))
                        .otherwise())
                .isEqualTo("`1s`");
    }

    @Test
    void a_health_check_comes_every_ten_seconds() {
        Snapshot snapshot =
                Reading.snapshotOf("backends: { x: { baseUrl: \"http://h\", auth: none, health: { path: / } } }\n");
        assertThat(backend(snapshot, "x").guards().health()).isEqualTo(new HealthRule("/", Duration.ofSeconds(10)));
    }

    @Test
    void azure_sends_its_key_in_its_own_header() {
        Snapshot snapshot = new Reading()
                .env("KEY", "k")
                .file(
                        "routes.yaml",
                        "backends: { x: { type: azure, baseUrl: \"https://h\", apiVersion: v1, apiKeys: [env:KEY] } }\n")
                .snapshot();
        assertThat(backend(snapshot, "x").auth()).isEqualTo(new Backend.Auth.Header("api-key"));
    }

    @Test
    void demo_settings_reach_the_backend() {
        Snapshot snapshot = Reading.snapshotOf(
                "backends: { a: { type: demo }, b: { type: demo, demo: { words: 1k, tokensPerSecond: 7, errorRate: 0%, delay: 1ms } } }\n");
        assertThat(backend(snapshot, "a").demo()).isEqualTo(DemoSettings.DEFAULT);
        assertThat(backend(snapshot, "b").demo()).isEqualTo(new DemoSettings(1000, 7, 0, Duration.ofMillis(1)));
    }

    @Test
    void an_optional_backend_without_its_secret_is_off_and_its_routes_stay() {
        Snapshot snapshot = Reading.snapshotOf("""
                backends: { x: { baseUrl: "http://h/v1", apiKeys: [env:NOPE, file:/no/such], optional: true } }
                models: { m: { backend: x } }
                routes: { r: { stable: m } }
                """);
        assertThat(backend(snapshot, "x").offReason())
                .isEqualTo("environment variable NOPE is not set; file:/no/such does not exist or cannot be read");
        assertThat(route(snapshot, "r").order()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "baseUrl: ftp://h|B001",
                "baseUrl: /v1|B001",
                "baseUrl: \"http://h?x=1\"|B001",
                "baseUrl: \"http://u:p@h\"|B001",
                "auth: basic|B002",
                "auth: \"header:a b\"|B002",
                "auth: header:Host|B002",
                "apiKeys: []|B003",
                "auth: none|B003",
                "headers: { authorization: x }|B004",
                "headers: { connection: x }|B004",
                "headers: { x-headgate-a: x }|B004",
                "headers: { A: x, a: y }|B004",
                "headers: { a: \"x\\r\\ny\" }|B004",
                "headers: { a: env:KEY }|B004",
                "headers: { \"a b\": x }|K006",
                "proxy: \"https://p:1\"|B005",
                "proxy: \"http://p\"|B005",
                "tls: { ca: file:/no/such }|B006",
                "apiVersion: x|B007",
                "demo: { words: 5 }|B007",
                "timeouts: { firstByte: 0s }|K005",
                "timeouts: { read: 1s }|K001",
                "breaker: { failureRatio: 0% }|K005",
                "breaker: { slowRatio: 101% }|K005",
                "breaker: { minimumCalls: 0 }|K005",
                "breaker: { window: 999ms }|K005",
                "breaker: { openFor: 0s }|K005",
                "breaker: { rampUp: soon }|K004",
                "maxConcurrent: 0|K005",
                "maxConcurrent: none|K004",
                "maxWait: 1s|B008",
                "health: {}|K003",
                "health: { path: models }|B009",
                "health: { path: \"/models?limit=1\" }|B009",
                "health: { path: \"/a b\" }|B009",
                "health: { path: /, every: 999ms }|K005",
                "apiKeys: [plain]|S001",
                "apiKeys: [env:NOPE]|S002",
                "apiKeys: [env:BAD]|S003",
                "apiKeys: [\"env:\"]|S001",
                "apiKeys: [file:relative]|S001"
            })
    void refuses_a_backend_with(String word, String code) {
        StringBuilder yaml = new StringBuilder("backends:\n  x:\n");
        for (String line : List.of("baseUrl: \"https://h/v1\"", "apiKeys: [env:KEY]")) {
            yaml.append(word.startsWith(line.substring(0, 4)) ? "" : "    " + line + "\n");
        }
        ConfigLoader.HotReading hot = new Reading()
                .env("KEY", "k")
                .env("BAD", "a\nb")
                .file("routes.yaml", yaml + "    " + word + "\n")
                .read();
        assertThat(hot.problems()).extracting(Problem::code).containsExactly(code);
        assertThat(hot.snapshot()).isNull();
    }

    @Test
    void tls_ca_without_tls_is_refused() {
        ConfigLoader.HotReading hot = new Reading()
                .file("/run/ca.pem", "-----BEGIN CERTIFICATE-----\n")
                .file(
                        "routes.yaml",
                        "backends: { x: { baseUrl: \"http://h\", auth: none, tls: { ca: file:/run/ca.pem } } }\n")
                .read();
        assertThat(hot.problems()).extracting(Problem::code).containsExactly("B006");
    }

    @Test
    void a_demo_backend_takes_no_address_no_key_and_no_health_check() {
        assertThat(codes("backends: { d: { type: demo, health: { path: / } } }\n"))
                .containsExactly("B007");
        assertThat(codes("backends: { d: { type: demo, baseUrl: \"http://h\", proxy: \"http://p:1\", auth: none } }\n"))
                .containsExactly("B007", "B007", "B007");
    }
}
