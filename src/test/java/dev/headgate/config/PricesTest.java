// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Endpoint;
import dev.headgate.call.Reported;
import dev.headgate.call.Target;
import dev.headgate.call.Usage;
import dev.headgate.metering.Extras;
import dev.headgate.metering.Price;
import dev.headgate.routing.Choice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PricesTest {
    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
    private static final String ROUTES = """
            backends: { d: { type: demo } }
            models:
              own: { backend: d, id: gpt-4o, price: { input: 0.20, output: 0.60, reasoning: 0 } }
              plain: { backend: d, id: gpt-4o }
            routes: { a: { stable: own }, b: { stable: plain } }
            """;

    private static Reading with(String prices) {
        return new Reading()
                .file("routes.yaml", ROUTES)
                .prices("conf/prices.yaml")
                .file("conf/prices.yaml", prices);
    }

    private static List<String> codes(Reading reading) {
        return reading.read().problems().stream().map(Problem::code).toList();
    }

    @Test
    void keeps_every_decimal() {
        Price price = requireNonNull(with("""
                        prices:
                          - model: gpt-4o
                            price:
                              input: 2.50
                              output: 10
                              cachedInput: 0.000000001
                              cacheWrite: 999999.999999999
                              reasoning: "0"
                              audioInput: 40.0
                              audioOutput: 80
                              image: 1.5
                              perRequest: 0.01
                        """).snapshot().prices().price("gpt-4o", NOW));

        assertThat(price)
                .isEqualTo(new Price(
                        2_500_000_000L,
                        10_000_000_000L,
                        1L,
                        999_999_999_999_999L,
                        0L,
                        40_000_000_000L,
                        80_000_000_000L,
                        1_500_000_000L,
                        10_000_000L));
    }

    @Test
    void dates_and_patterns_arrive() {
        Snapshot snapshot = with("""
                        prices:
                          - { model: "gpt-*", price: { input: 1, output: 1 } }
                          - { model: gpt-4o, from: 2026-06-01, price: { input: 2, output: 2 } }
                        """).snapshot();

        assertThat(snapshot.prices().price("gpt-4o", NOW)).isEqualTo(Price.of(2_000_000_000L, 2_000_000_000L));
        assertThat(snapshot.prices().price("gpt-4o", Instant.parse("2026-05-31T23:59:59Z")))
                .isEqualTo(Price.of(1_000_000_000L, 1_000_000_000L));
    }

    @Test
    void a_models_own_price_wins() {
        Snapshot snapshot = with("prices: [{ model: gpt-4o, price: { input: 2, output: 2 } }]\n")
                .snapshot();

        assertThat(snapshot.prices().price(target(snapshot, "a"), NOW))
                .isEqualTo(new Price(200_000_000L, 600_000_000L, null, null, 0L, null, null, null, null));
        assertThat(snapshot.prices().price(target(snapshot, "b"), NOW))
                .isEqualTo(Price.of(2_000_000_000L, 2_000_000_000L));
    }

    @Test
    void without_a_file_only_models_have_prices() {
        Snapshot snapshot = Reading.snapshotOf(ROUTES);

        assertThat(snapshot.prices().price(target(snapshot, "a"), NOW)).isNotNull();
        assertThat(snapshot.prices().price(target(snapshot, "b"), NOW)).isNull();
    }

    @Test
    void the_revision_knows_the_prices_and_their_file_is_watched() {
        ConfigLoader.HotReading before = with("prices: []\n").read();
        ConfigLoader.HotReading after =
                with("prices: [{ model: x, price: { input: 1 } }]\n").read();

        assertThat(after.fingerprint()).isNotEqualTo(before.fingerprint());
        assertThat(after.files()).contains(Reading.path("conf/prices.yaml"));
    }

    @Test
    void a_named_file_must_exist() {
        assertThat(codes(new Reading().file("routes.yaml", ROUTES).prices("/nowhere/prices.yaml")))
                .containsExactly("F001");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "version: 2|F004",
                "prices: {}|K004",
                "prices: [{ price: { input: 1 } }]|K003",
                "prices: [{ model: x }]|K003",
                "prices: [{ model: x, price: {} }]|P001",
                "prices: [{ model: \"g*t\", price: { input: 1 } }]|P002",
                "prices: [{ model: x, price: { input: 1 } }, { model: x, price: { input: 2 } }]|P003",
                "prices: [{ model: x, from: 2026-01-01, price: { input: 1 } }, { model: x, from: 2026-01-01, price: { input: 1 } }]|P003",
                "prices: [{ model: x, from: soon, price: { input: 1 } }]|K004",
                "prices: [{ model: x, price: { inputs: 1 } }]|K001",
                "prices: [{ model: x, price: { input: 1, tiers: { default: { input: 1 } } } }]|P004",
                "prices: [{ model: x, price: { input: 1, tiers: { flex: {} } } }]|P001",
                "prices: [{ model: x, price: { input: 1, tools: { 'a*b': 1 } } }]|P002",
                "{ prices: [], tools: [{ tool: x }] }|K003",
                "{ prices: [], tools: [{ tool: x, perCall: 1 }, { tool: x, perCall: 2 }] }|P003",
                "models: {}|K001"
            })
    void what_is_wrong_is_told(String yaml, String code) {
        assertThat(codes(with(yaml + "\n"))).containsExactly(code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1e3", "0.0000000001", "10000000000", "1,5", "$2", ".5", "two", "1.", "\"\""})
    void an_amount_that_is_no_amount_is_refused(String amount) {
        assertThat(codes(with("prices: [{ model: x, price: { input: " + quoted(amount) + " } }]\n")))
                .containsExactly("K004");
    }

    @Test
    void tiers_and_tools_arrive() {
        Snapshot snapshot = with("""
                        prices:
                          - model: gpt-4o
                            price: { input: 1, output: 2, tiers: { flex: { input: 0.5, output: 1 } }, tools: { "file*": 0.1 } }
                        tools:
                          - { tool: "web_search*", perCall: 0.01 }
                          - { tool: web_search, model: "gpt-4*", perCall: 0.02 }
                          - { tool: web_search, model: "gpt-4*", from: 2026-06-15, perCall: 0.03 }
                          - { tool: web_search, model: "gpt-4*", from: 2026-06-16, perCall: 0.04 }
                          - { tool: file_search, perCall: 9 }
                        """).snapshot();
        Target target = target(snapshot, "b");

        assertThat(requireNonNull(snapshot.prices().price("gpt-4o", NOW)).tiers())
                .isEqualTo(Map.of("flex", Price.of(500_000_000L, 1_000_000_000L)));
        assertThat(cost(snapshot, target, "web_search")).hasValue(30_000_000);
        assertThat(cost(snapshot, target, "web_search_preview")).hasValue(10_000_000);
        assertThat(cost(snapshot, target, "file_search"))
                .as("the model's own price")
                .hasValue(100_000_000);
        assertThat(cost(snapshot, target, "shell")).isEmpty();
    }

    private static OptionalLong cost(Snapshot snapshot, Target target, String tool) {
        Extras extras = Extras.none(Endpoint.RESPONSES).answered(new Reported(null, Map.of(tool, 1)));
        return snapshot.prices().cost(target, new Usage(0, 0, 0, 0), extras, NOW);
    }

    @Test
    void warns_once_of_a_tenant_whose_budget_does_not_see_all_models() {
        String routes = """
                backends: { d: { type: demo } }
                models: { a: { backend: d, price: { input: 1 } }, b: { backend: d }, c: { backend: d }, e: { backend: d } }
                routes: { ra: { stable: a, fallback: [c] }, rb: { stable: b }, re: { stable: e } }
                tenants:
                  acme:
                    mayUse: [ra, rb]
                    limits: [{ usdPerDay: 1 }]
                    %s
                    keys: { web: { sha256: ["5f2b5cbd1fb8d0bd8c1bd7f5c0f7bdbe0c1bd7f5c0f7bdbe0c1bd7f5c0f7bdbe"] } }
                """;

        assertThat(warnings(routes.formatted(""))).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo("P005");
            assertThat(problem.line()).isEqualTo(5);
            assertThat(problem.message()).endsWith("may use models without a price: b, c");
            assertThat(problem.hint()).contains("whenPriceUnknown: refuse");
        });
        assertThat(warnings(routes.formatted("whenPriceUnknown: refuse")))
                .singleElement()
                .satisfies(problem -> assertThat(problem.hint()).contains("get a 400"));
        assertThat(warnings(routes.formatted("").replace("usdPerDay: 1", "requestsPerDay: 1")))
                .isEmpty();
    }

    private static List<Problem> warnings(String routes) {
        return new Reading().keys().file("routes.yaml", routes).read().problems();
    }

    @Test
    void a_pool_has_no_price() {
        assertThat(codes(new Reading().file("routes.yaml", """
                        backends: { d: { type: demo } }
                        models: { m: { backend: d }, n: { backend: d }, p: { of: { m: 50, n: 50 }, price: { input: 1 } } }
                        """))).containsExactly("M005");
    }

    @Test
    void the_starter_table_is_fine_and_prices_the_demo_at_nothing() throws Exception {
        Snapshot snapshot = with(Files.readString(Path.of("conf/prices.yaml"))).snapshot();

        assertThat(snapshot.prices().price("demo/echo", NOW)).isEqualTo(Price.of(0, 0));
        assertThat(snapshot.prices().price("o3", Instant.parse("2025-06-09T12:00:00Z")))
                .isNotEqualTo(snapshot.prices().price("o3", NOW));
        assertThat(snapshot.prices().price("gpt-4o-audio-preview", NOW)).isNull();
    }

    private static String quoted(String amount) {
        return amount.startsWith("\"") ? amount : '"' + amount + '"';
    }

    private static Target target(Snapshot snapshot, String route) {
        Choice choice = requireNonNull(snapshot.routes().find(route)).order().getFirst();
        return ((Choice.One) choice).target();
    }
}
