// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.AddressRange;
import dev.headgate.call.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath();

    private static HeadgateFile settings(String yaml) {
        Problems problems = new Problems();
        return requireNonNull(
                Reading.settings(yaml, Map.of("TOKEN", "t0ken", "REDIS", "redis://:pa55@r:6379"), problems),
                () -> ProblemPrinter.text(problems.sorted()));
    }

    private static AddressRange range(String text) {
        return requireNonNull(AddressRange.of(text));
    }

    private static List<String> codes(String yaml, Map<String, String> environment) {
        Problems problems = new Problems();
        assertThat(Reading.settings(yaml, environment, problems)).isNull();
        return problems.sorted().stream().map(Problem::code).toList();
    }

    @Test
    void what_is_not_said_has_its_default() {
        assertThat(settings("version: 1\n".replace("version: 1", "auth: keys")))
                .isEqualTo(new HeadgateFile(
                        HeadgateFile.AuthMode.KEYS,
                        new HeadgateFile.Listen("127.0.0.1", 8080, null),
                        new HeadgateFile.Admin("127.0.0.1", 8081, null),
                        List.of(ROOT.resolve("routes.yaml").toString()),
                        null,
                        new HeadgateFile.State(
                                HeadgateFile.Store.LOCAL, ROOT.resolve("data"), null, Duration.ofMillis(50)),
                        new HeadgateFile.Telemetry(HeadgateFile.LogFormat.AUTO),
                        new HeadgateFile.Server(
                                20 << 20,
                                512 << 20,
                                25,
                                List.of(),
                                List.of(),
                                Duration.ZERO,
                                Duration.ofSeconds(30),
                                false)));
    }

    @Test
    void every_word_arrives() {
        HeadgateFile settings = settings("""
                auth: keys
                listen: { host: 0.0.0.0, port: 0, tls: { cert: pom.xml, key: mvnw } }
                admin: { host: "::1", port: 9, token: env:TOKEN }
                files: [a.yaml, "/etc/headgate/*.yaml"]
                prices: conf/prices.yaml
                state: { store: redis, url: env:REDIS, timeout: 20ms, dir: /var/lib/headgate }
                telemetry: { logs: json }
                server:
                  maxBody: 1KB
                  maxUpload: 1GB
                  bodies: 10%
                  trustedProxies: [10.0.0.0/8, "fd00::/8", 192.0.2.7]
                  cors: { origins: ["https://app.example.com", "http://localhost:3000"] }
                  drain: { delay: 5s, grace: 1m }
                  exposeHeaders: true
                """);
        assertThat(settings)
                .isEqualTo(new HeadgateFile(
                        HeadgateFile.AuthMode.KEYS,
                        new HeadgateFile.Listen(
                                "0.0.0.0", 0, new HeadgateFile.Tls(ROOT.resolve("pom.xml"), ROOT.resolve("mvnw"))),
                        new HeadgateFile.Admin("::1", 9, new Secret("t0ken")),
                        List.of(ROOT.resolve("a.yaml").toString(), "/etc/headgate/*.yaml"),
                        ROOT.resolve("conf/prices.yaml"),
                        new HeadgateFile.State(
                                HeadgateFile.Store.REDIS,
                                Path.of("/var/lib/headgate"),
                                new Secret("redis://:pa55@r:6379"),
                                Duration.ofMillis(20)),
                        new HeadgateFile.Telemetry(HeadgateFile.LogFormat.JSON),
                        new HeadgateFile.Server(
                                1024,
                                1 << 30,
                                10,
                                List.of(range("10.0.0.0/8"), range("fd00::/8"), range("192.0.2.7")),
                                List.of("https://app.example.com", "http://localhost:3000"),
                                Duration.ofSeconds(5),
                                Duration.ofMinutes(1),
                                true)));
        assertThat(settings.toString()).contains("***").doesNotContain("t0ken", "pa55");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "auth: maybe|K004",
                "auth: \"\"|K004",
                "listen: { port: 65536 }|K005",
                "listen: { port: 80k }|K004",
                "listen: { tls: { cert: no.pem, key: pom.xml } }|H003",
                "listen: { tls: { cert: pom.xml } }|K003",
                "admin: { token: secret }|S001",
                "admin: { token: env:NOPE }|S002",
                "files: []|K005",
                "files: routes.yaml|K004",
                "files: [\"*/routes.yaml\"]|F002",
                "state: { store: redis }|H004",
                "state: { store: redis, url: env:NOPE }|S002",
                "state: { store: redis, url: \"redis://r:6379\" }|S001",
                "state: { timeout: 50ms }|H004",
                "state: { timeout: 11s }|K005",
                "state: { store: disk }|K004",
                "prices: [conf/prices.yaml]|K004",
                "state: { url: env:X }|H004",
                "requestLog: { store: sqlite }|K002",
                "telemetry: { otlp: { endpoint: x } }|K002",
                "server: { trustedProxies: [10.0.0.0/33] }|H005",
                "server: { trustedProxies: [10.0.0.1/8] }|H005",
                "server: { trustedProxies: [proxy.example.com] }|H005",
                "server: { trustedProxies: 10.0.0.0/8 }|K004",
                "server: { maxBody: 0B }|K005",
                "server: { maxBody: 20 }|K004",
                "server: { bodies: 0% }|K005",
                "server: { bodies: 100% }|K005",
                "server: { exposeHeaders: yes }|K004",
                "server: { exposeHeaders: \"true\" }|K004",
                "server: { cors: { origins: [\"*\"] } }|H002",
                "server: { cors: { origins: [\"https://a/b\"] } }|H002",
                "server: { drain: { delay: 5 } }|K004",
                "port: 8080|K001"
            })
    void refuses(String yaml, String code) {
        assertThat(codes(yaml + "\n", Map.of())).containsExactly(code);
    }

    @Test
    void a_wrong_address_of_redis_is_told_at_its_place_and_not_repeated() {
        Problems problems = new Problems();
        String yaml = "auth: keys\nstate: { store: redis, url: env:REDIS_URL }\n";
        Map<String, String> environment = Map.of("REDIS_URL", "redis://:hunter2/x@cache:6379");

        assertThat(Reading.settings(yaml, environment, problems)).isNull();

        String text = ProblemPrinter.text(problems.sorted());
        assertThat(text)
                .contains("H004")
                .contains("conf/headgate.yaml:2:29")
                .contains("the url is no address of a Redis: it names no host; in a password, write @ : / # and %")
                .contains("^^^^^^^^^^^^^")
                .contains("such as redis://:password@host:6379")
                .doesNotContain("hunter2")
                .doesNotContain("cache");
        assertThat(codes(yaml, Map.of("REDIS_URL", "localhost:6379"))).containsExactly("H004");
        assertThat(codes(yaml, Map.of("REDIS_URL", "redis-sentinel://one:26379,two")))
                .containsExactly("H004");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "\"::\"", "10.0.0.7", "gateway.example.com", "127.0.0.1.example.com"})
    void an_open_gateway_does_not_listen_where_others_can_reach_it(String host) {
        String yaml = "auth: none\nlisten: { host: " + host + " }\n";
        assertThat(codes(yaml, Map.of())).containsExactly("H001");
        assertThat(codes(yaml, Map.of("HEADGATE_ACCEPT_OPEN", "true"))).containsExactly("H001");
        assertThat(Reading.settings(yaml, Map.of("HEADGATE_ACCEPT_OPEN", "1"), new Problems()))
                .isNotNull();
        assertThat(Reading.settings(yaml.replace("none", "keys"), Map.of(), new Problems()))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.8.8.8", "localhost", "\"::1\""})
    void an_open_gateway_listens_on_loopback(String host) {
        assertThat(settings("auth: none\nlisten: { host: " + host + " }\n").auth())
                .isEqualTo(HeadgateFile.AuthMode.NONE);
    }

    @Test
    void browsers_need_keys() {
        assertThat(codes("auth: none\nserver: { cors: { origins: [\"https://a\"] } }\n", Map.of()))
                .containsExactly("H002");
    }

    @Test
    void paths_begin_beside_conf_or_beside_the_file() {
        assertThat(new ConfigSources(Path.of("/opt/hg/conf/headgate.yaml"), List.of(), Map.of()).base())
                .isEqualTo(Path.of("/opt/hg"));
        assertThat(new ConfigSources(Path.of("/etc/headgate.yaml"), List.of(), Map.of()).base())
                .isEqualTo(Path.of("/etc"));
        assertThat(new ConfigSources(Path.of("/conf/headgate.yaml"), List.of(), Map.of()).base())
                .isEqualTo(Path.of("/"));
    }

    @Test
    void the_environment_is_not_printed() {
        assertThat(new ConfigSources(null, List.of(), Map.of("KEY", "s3cret")).toString())
                .doesNotContain("s3cret");
    }
}
