// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Backend;
import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.call.Target;
import dev.headgate.call.Timeouts;
import dev.headgate.routing.Choice;
import dev.headgate.routing.RetryRule;
import dev.headgate.routing.Route;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotCompilerTest {
    private static final String DEMO = "backends: { d: { type: demo } }\nmodels: { m: { backend: d } }\n";

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
    void a_route_is_its_stable_model_and_its_fallbacks_in_order() {
        Snapshot snapshot = Reading.snapshotOf("""
                defaults: { timeouts: { total: 1m }, earlyHead: 3s }
                backends: { d: { type: demo } }
                models:
                  a: { backend: d, id: demo/lorem, set: { n: 1, s: "1", o: { x: [true] } }, default: { temperature: 0.20 } }
                  b: { backend: d }
                routes:
                  r: { stable: a, fallback: [b], earlyHead: 250ms, timeouts: { total: 5m } }
                  s: { stable: b }
                """);
        Route route = route(snapshot, "r");
        assertThat(route.order().stream().flatMap(Choice::targets))
                .containsExactly(
                        new Target(
                                "a",
                                backend(snapshot, "d"),
                                "demo/lorem",
                                Map.of("n", "1", "s", "\"1\"", "o", "{\"x\":[true]}"),
                                Map.of("temperature", "0.20"),
                                true),
                        new Target("b", backend(snapshot, "d"), "b", Map.of(), Map.of(), true));
        assertThat(route.policy().earlyHead()).isEqualTo(Duration.ofMillis(250));
        assertThat(route.policy().total()).isEqualTo(Duration.ofMinutes(5));
        assertThat(route(snapshot, "s").policy().earlyHead()).isEqualTo(Duration.ofSeconds(3));
        assertThat(route(snapshot, "s").policy().total()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void a_pattern_hands_the_clients_name_to_its_backend() {
        Snapshot snapshot = Reading.snapshotOf(DEMO
                + "routes: { \"a*\": { backend: d }, \"a/b*\": { backend: d, list: [a/bc] }, a/bcd: { stable: m } }\n");
        assertThat(route(snapshot, "a/b").name()).isEqualTo("a/b*");
        assertThat(route(snapshot, "a/").name()).isEqualTo("a*");
        assertThat(route(snapshot, "a/bcd").name()).isEqualTo("a/bcd");
        assertThat(route(snapshot, "a/bc").targetsFor("a/bc").getFirst().declared())
                .isTrue();
        assertThat(snapshot.routes().visible(dev.headgate.call.AllowList.ALL)).containsExactly("a/bc", "a/bcd");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "r: {}|R001",
                "r: { stable: m, backend: d }|R001",
                "r: { backend: d }|R002",
                "\"r*\": { stable: m }|R002",
                "\"r*x\": { backend: d }|R002",
                "r: { stable: m, fallback: [m] }|R003",
                "\"r*\": { backend: d, fallback: [m] }|R003",
                "r: { stable: m, fallback: [n] }|R012",
                "r: { stable: n }|R012",
                "\"r*\": { backend: e }|M001",
                "\"r*\": { backend: d, list: [x] }|R004",
                "r: { stable: m, list: [x] }|R004",
                "r: { stable: m, fallback: [a, b, c] }|K005",
                "\"r r\": { stable: m }|K006",
                "r: { stable: [m] }|K004",
                "r: { stable: }|K004",
                "r: m|K004"
            })
    void refuses_a_route_like(String route, String code) {
        assertThat(codes(DEMO + "routes:\n  " + route + "\n")).contains(code);
        assertThat(Reading.of(DEMO + "routes:\n  " + route + "\n").snapshot()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ backend: nope }|M001",
                "{ backend: d, set: { model: x } }|M002",
                "{ backend: d, default: { stream: true } }|M002",
                "{ backend: d, set: { messages: [] } }|M002",
                "{ backend: d, set: { a: 1 }, default: { a: 2 } }|M003",
                "{ backend: d, set: { a: .nan } }|M004",
                "{}|K003",
                "{ backend: d, set: [a] }|K004",
                "{ backend: [d] }|K004"
            })
    void refuses_a_model_like(String model, String code) {
        assertThat(codes("backends: { d: { type: demo } }\nmodels: { x: " + model + " }\n"))
                .containsExactly(code);
    }

    @Test
    void tells_the_problems_of_all_files_at_once() {
        List<Problem> problems = new Reading()
                .file("a.yaml", DEMO + "routes: { r: { stable: x }, s: { stable: m, extra: 1 } }\n")
                .file("b.yaml", "version: 2\nroutes: { r: { stable: m } }\ndefaults: {}\n")
                .file("c.yaml", "defaults: {}\nmodels: { m: { backend: d } }\n")
                .read()
                .problems();
        assertThat(problems)
                .extracting(p -> p.file() + " " + p.code())
                .containsExactly(
                        "a.yaml R012", "a.yaml K001", "b.yaml F004", "b.yaml F003", "c.yaml F003", "c.yaml F003");
        assertThat(problems.get(3).label()).isEqualTo("first at a.yaml:3");
    }

    @Test
    void fragments_share_their_names() {
        Snapshot snapshot = new Reading()
                .file("a.yaml", "routes: { r: { stable: m } }\n")
                .file("b.yaml", DEMO)
                .snapshot();
        assertThat(route(snapshot, "r").order()).hasSize(1);
    }

    @Test
    void a_missing_file_is_a_problem() {
        LoadResult result = ConfigLoader.load(java.nio.file.Path.of("no/such/headgate.yaml"), List.of(), Map.of());
        assertThat(result).isInstanceOfSatisfying(LoadResult.Refused.class, refused -> {
            assertThat(refused.problems()).extracting(Problem::code).containsExactly("F001");
            assertThat(refused.problems().getFirst().hint()).contains("--config");
        });
    }

    @Test
    void common_defaults_are_those_of_the_published_table() {
        RoutesFile.Defaults defaults = Binder.presets(RoutesFile.Defaults.class);
        Duration minute = Duration.ofSeconds(60);
        assertThat(defaults.timeouts().over(Timeouts.DEFAULT))
                .isEqualTo(new Timeouts(Duration.ofSeconds(2), minute, minute, minute, null))
                .isEqualTo(Timeouts.DEFAULT);
        assertThat(defaults.timeouts().deadline()).isEqualTo(Duration.ofMinutes(10));
        assertThat(defaults.earlyHead()).isEqualTo(Duration.ofSeconds(10));
        assertThat(Binder.presets(RetryWords.class).over(defaults.retry()))
                .isEqualTo(new RetryRule(3, Duration.ofMillis(50), Duration.ofMillis(500)))
                .isEqualTo(RetryRule.DEFAULT);
        assertThat(Binder.presets(BreakerWords.class).rule())
                .isEqualTo(new BreakerRule(
                        50,
                        Duration.ofSeconds(30),
                        80,
                        20,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(30)))
                .isEqualTo(BreakerRule.DEFAULT);
        Shape.Slot fallback = requireNonNull(Shape.of(RoutesFile.Route.class).slot("fallback"));
        assertThat(fallback.kind())
                .isInstanceOfSatisfying(
                        Kind.Many.class, many -> assertThat(many.most()).isEqualTo(2));
    }

    @Test
    void thousands_of_unknown_names_are_told_in_good_time() {
        StringBuilder yaml = new StringBuilder(DEMO).append("routes:\n");
        for (int i = 0; i < 20_000; i++) {
            yaml.append("  r")
                    .append(i)
                    .append(": { stable: unknown-model-")
                    .append(i)
                    .append(" }\n");
        }
        assertThat(Reading.of(yaml.toString()).problems()).hasSize(20_000);
    }

    @Test
    void the_revision_follows_bytes_and_secrets_but_not_order() {
        String yaml = "backends: { x: { baseUrl: \"http://h\", apiKeys: [env:KEY] } }\n";
        String first = new Reading()
                .env("KEY", "a")
                .file("routes.yaml", yaml)
                .snapshot()
                .revision();
        assertThat(first).matches("[0-9a-f]{6}");
        assertThat(new Reading()
                        .file("routes.yaml", yaml)
                        .env("KEY", "a")
                        .snapshot()
                        .revision())
                .isEqualTo(first);
        assertThat(new Reading()
                        .env("KEY", "b")
                        .file("routes.yaml", yaml)
                        .snapshot()
                        .revision())
                .isNotEqualTo(first);
        assertThat(new Reading()
                        .env("KEY", "a")
                        .file("routes.yaml", yaml + "#\n")
                        .snapshot()
                        .revision())
                .isNotEqualTo(first);
    }
}
