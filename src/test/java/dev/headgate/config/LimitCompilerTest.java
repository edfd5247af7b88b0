// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.TenantLimits;
import dev.headgate.quota.WhenPriceUnknown;
import dev.headgate.quota.WhenStoreDown;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitCompilerTest {
    private static final String ROUTES = """
            backends: { d: { type: demo } }
            models: { m: { backend: d } }
            routes: { chat: { stable: m }, "cheap-*": { backend: d } }
            limits:
              standard: { requestsPerMinute: 600, concurrency: 50 }
              small: { requestsPerMinute: 10 }
            """;
    private static final String KEY = "keys: { k: { sha256: [" + "ab".repeat(32) + "] } }";

    private static Reading tenant(String words) {
        return new Reading().keys().file("routes.yaml", ROUTES + "tenants:\n  t: { " + words + ", " + KEY + " }\n");
    }

    private static List<LimitRule> own(String set) {
        return requireNonNull(
                        tenant("limits: [" + set + "]").snapshot().limits().get("t"))
                .own();
    }

    @Test
    void every_place_and_every_name_arrives() {
        TenantLimits limits = requireNonNull(new Reading()
                .keys()
                .file("routes.yaml", ROUTES + """
                                tenants:
                                  acme:
                                    timeZone: Europe/Berlin
                                    limits: [standard, { usdPerMonth: 800 }]
                                    perUser: { requestsPerMinute: 10 }
                                    perAddress: small
                                    perRoute: { chat: { requestsPerMinute: 300 }, "cheap-*": small }
                                    whenLimited: { wait: 5s }
                                    keys:
                                      web: { sha256: [%s] }
                                      batch: { sha256: [%s], limits: [small, { tokensPerDay: 1M }] }
                                """.formatted("ab".repeat(32), "cd".repeat(32)))
                .snapshot()
                .limits()
                .get("acme"));
        LimitRule ten = LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 10);

        assertThat(limits)
                .isEqualTo(new TenantLimits(
                        "acme",
                        ZoneId.of("Europe/Berlin"),
                        List.of(
                                LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 600),
                                LimitRule.of(LimitKind.CONCURRENCY, 50),
                                LimitRule.of(LimitKind.USD_PER_MONTH, 800_000_000_000L)),
                        Map.of("batch", List.of(ten, LimitRule.of(LimitKind.TOKENS_PER_DAY, 1_000_000))),
                        List.of(ten),
                        List.of(ten),
                        Map.of(
                                "chat", List.of(LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 300)),
                                "cheap-*", List.of(ten)),
                        Duration.ofSeconds(5),
                        WhenPriceUnknown.ALLOW));
    }

    @Test
    void a_tenant_without_limits_has_its_days_all_the_same_by_default_in_utc() {
        Map<String, TenantLimits> limits =
                tenant("timeZone: Asia/Tokyo").snapshot().limits();

        assertThat(requireNonNull(limits.get("t")).isEmpty()).isTrue();
        assertThat(requireNonNull(limits.get("t")).zone()).isEqualTo(ZoneId.of("Asia/Tokyo"));
        assertThat(requireNonNull(tenant("limits: [small]").snapshot().limits().get("t"))
                        .zone())
                .isEqualTo(ZoneId.of("UTC"));
    }

    @Test
    void every_kind_has_its_word() {
        assertThat(Shape.of(LimitWords.class).keys())
                .isEqualTo(
                        Arrays.stream(LimitKind.values()).map(LimitKind::word).toList());
        for (LimitKind kind : LimitKind.values()) {
            assertThat(own("{ " + kind.word() + ": 7 }")).singleElement().satisfies(rule -> {
                assertThat(rule.kind()).isEqualTo(kind);
                assertThat(rule.amount()).isEqualTo(kind.word().startsWith("usd") ? 7_000_000_000L : 7);
            });
        }
    }

    @Test
    void says_that_limits_are_a_list() {
        assertThat(tenant("limits: { requestsPerMinute: 5 }").read().problems())
                .extracting(Problem::hint)
                .containsExactly("put it into brackets: [{ … }]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tokensPerMinute: 200k|200000",
                "tokensPerMonth: 1.5M|1500000",
                "requestsPerSecond: 9000M|9000000000",
                "tokensPerMonth: 999999999M|999999999000000",
                "usdPerDay: 50|50000000000",
                "usdPerDay: 0.25|250000000",
                "usdPerDay: 0.1|100000000",
                "usdPerDay: 0.000000001|1",
                "usdPerDay: \"12.345678901\"|12345678901",
                "usdPerMonth: 9007199.254740991|9007199254740991",
                "usdPerWeek: { limit: 0.29 }|290000000"
            })
    void an_amount_is_exact(String word, long amount) {
        assertThat(own("{ " + word + " }")).extracting(LimitRule::amount).containsExactly(amount);
    }

    @Test
    void the_long_form_says_more() {
        LimitRule minute = LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 20);

        assertThat(own("{ requestsPerMinute: { limit: 20, burst: 5, mode: observe, whenStoreDown: deny } }"))
                .containsExactly(minute.withBurst(5).observed().whenStoreDown(WhenStoreDown.DENY));
        assertThat(own("{ requestsPerMinute: { limit: 20 } }")).containsExactly(minute);
        assertThat(own("{ requestsPerDay: { limit: 20, mode: enforce, whenStoreDown: local } }"))
                .containsExactly(LimitRule.of(LimitKind.REQUESTS_PER_DAY, 20).whenStoreDown(WhenStoreDown.LOCAL));
        assertThat(own("{ usdPerDay: { limit: 0.5, mode: observe, whenStoreDown: allow } }"))
                .containsExactly(LimitRule.of(LimitKind.USD_PER_DAY, 500_000_000)
                        .observed()
                        .whenStoreDown(WhenStoreDown.ALLOW));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limits: standard|K004",
                "limits: [nope]|L001",
                "limits: [[standard]]|K004",
                "limits: [{ requestsPerMinute: 0 }]|K005",
                "limits: [{ requestsPerMinute: -1 }]|K004",
                "limits: [{ requestsPerMinute: 0.5 }]|K004",
                "limits: [{ requestsPerMinute: 9001M }]|K005",
                "limits: [{ requestsPerMinute: [1] }]|K004",
                "limits: [{ requestsPerMinute: }]|K004",
                "limits: [{ requestsPerMinute: {} }]|K003",
                "limits: [{ requestsPerMinute: { limit: 5, burst: 0 } }]|K005",
                "limits: [{ requestsPerMinute: { limit: 5, mode: dry } }]|K004",
                "limits: [{ requestsPerMinute: { limit: 5, whenStoreDown: refuse } }]|K004",
                "limits: [{ concurrency: { limit: 5, burst: 5 } }]|K001",
                "limits: [{ requestsPerDay: { limit: 5, burst: 5 } }]|K001",
                "limits: [{ usdPerDay: { limit: 5, burst: 5 } }]|K001",
                "limits: [{ usdPerDay: 0 }]|K005",
                "limits: [{ usdPerDay: 0.0000000001 }]|K004",
                "limits: [{ usdPerDay: 9007200 }]|K005",
                "limits: [{ usdPerDay: 1e3 }]|K004",
                "limits: [{ usdPerDay: $50 }]|K004",
                "limits: [{ usdPerDay: 50k }]|K004",
                "limits: [{ requestsPerWeek: 5 }]|K001",
                "limits: [standard, standard]|L002",
                "limits: [{ requestsPerMinute: 5 }, standard]|L002",
                "perUser: [standard]|K004",
                "perUser: nope|L001",
                "perRoute: { chta: small }|L003",
                "perRoute: { chat: nope }|L001",
                "limits: [small], whenLimited: {}|K003",
                "limits: [small], whenLimited: { wait: 61s }|K005",
                "limits: [small], whenLimited: { wait: 0s }|K005",
                "weight: 0|K005",
                "weight: 101|K005",
                "timeZone: Europe/Berln|K004",
                "timeZone: \"\"|K004"
            })
    void refuses(String words, String code) {
        ConfigLoader.HotReading hot = tenant(words).read();

        assertThat(hot.problems())
                .filteredOn(p -> p.severity() == Problem.Severity.ERROR)
                .extracting(Problem::code)
                .isNotEmpty()
                .containsOnly(code);
        assertThat(hot.snapshot()).isNull();
    }

    @Test
    void a_kind_that_stands_twice_shows_both_places() {
        Reading reading = new Reading().keys().file("routes.yaml", ROUTES + """
                tenants:
                  t:
                    limits: [standard, { usdPerDay: 1 }, small]
                    %s
                """.formatted(KEY));

        assertThat(ProblemPrinter.text(reading.read().problems())).isEqualTo("""
                error[L002]: tenant "t" has requestsPerMinute twice
                 --> routes.yaml:9:42
                  |
                9 |     limits: [standard, { usdPerDay: 1 }, small]
                  |                                          ^^^^^ first at line 9, column 14
                  = hint: leave one out; only the smaller one would ever count
                1 error.""");
    }

    @Test
    void the_same_kind_at_two_places_is_no_problem() {
        assertThat(tenant("limits: [small], perUser: small, perAddress: small, perRoute: { chat: small }")
                        .read()
                        .problems())
                .isEmpty();
    }

    @Test
    void an_unknown_set_route_or_zone_comes_with_the_nearest() {
        assertThat(text("limits: [standart]"))
                .contains("tenant \"t\" points to unknown set of limits \"standart\"")
                .contains("did you mean \"standard\"? (declared at line 5)");
        assertThat(text("limits: [small], perRoute: { chta: small }"))
                .contains("perRoute of tenant \"t\" points to unknown route \"chta\"")
                .contains("^^^^ no such route")
                .contains("did you mean \"chat\"?");
        assertThat(text("timeZone: Europe/Berln"))
                .contains("expected a time zone such as Europe/Berlin or UTC, found \"Europe/Berln\"")
                .contains("did you mean \"Europe/Berlin\"?");
    }

    @Test
    void limits_of_users_alone_are_a_warning() {
        ConfigLoader.HotReading hot = tenant("perUser: small").read();

        assertThat(hot.snapshot()).isNotNull();
        assertThat(hot.problems()).extracting(Problem::code).containsExactly("L004");
        assertThat(ProblemPrinter.text(hot.problems())).contains("""
                warning[L004]: tenant "t" limits each user but not itself""", "give the tenant limits: of its own");
    }

    @Test
    void waiting_for_limits_that_are_not_there_is_a_warning() {
        ConfigLoader.HotReading hot = tenant("whenLimited: { wait: 5s }").read();

        assertThat(hot.snapshot()).isNotNull();
        assertThat(hot.problems()).extracting(Problem::code).containsExactly("L005");
        assertThat(tenant("limits: [small], whenLimited: { wait: 5s }").read().problems())
                .isEmpty();
    }

    @Test
    void a_set_may_stand_in_another_file_but_only_once() {
        String tenant = "tenants: { t: { limits: [shared], " + KEY + " } }\n";
        Reading reading =
                new Reading().keys().file("a.yaml", tenant).file("b.yaml", "limits: { shared: { concurrency: 3 } }\n");

        assertThat(requireNonNull(reading.snapshot().limits().get("t")).own())
                .containsExactly(LimitRule.of(LimitKind.CONCURRENCY, 3));
        assertThat(reading.file("c.yaml", "limits: { shared: { concurrency: 4 } }\n")
                        .read()
                        .problems())
                .extracting(Problem::code)
                .containsExactly("F003");
    }

    private static String text(String words) {
        return ProblemPrinter.text(tenant(words).read().problems());
    }
}
