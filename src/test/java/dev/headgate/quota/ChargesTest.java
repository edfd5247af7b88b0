// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.metering.UsageJournal;
import dev.headgate.metering.UsageJournal.Charge;
import dev.headgate.metering.UsageJournal.Counted;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ChargesTest {
    private static final Instant NOON = Instant.parse("2026-11-18T12:00:00Z");
    private static final TenantCalendar UTC = TenantCalendar.at(NOON, ZoneOffset.UTC);

    static Stream<Arguments> counters() {
        List<Scope> scopes = List.of(
                Scope.tenant(),
                Scope.key("web"),
                Scope.key("a/b/usdPerDay"),
                Scope.route("chat"),
                Scope.user("ann"),
                Scope.user("ann").shared(),
                Scope.address("::1"));
        return Arrays.stream(LimitKind.values())
                .filter(LimitKind::isCalendar)
                .flatMap(kind -> scopes.stream().map(scope -> Arguments.of(scope, kind)));
    }

    @ParameterizedTest
    @MethodSource("counters")
    void a_counter_is_found_again_by_its_name(Scope scope, LimitKind kind) {
        Window window = UTC.of(kind).current();

        QuotaStore.Total found =
                requireNonNull(Charges.total(sum(Charges.of(new Limit(scope, LimitRule.of(kind, 9)), window))));

        assertThat(found.limit().scope()).isEqualTo(scope);
        assertThat(found.limit().kind()).isEqualTo(kind);
        assertThat(found.window()).isEqualTo(window);
        assertThat(found.used()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({
        "tenant/usdPerDay, TOKENS, 2026-11-18",
        "tenant/usdPerMinute, MONEY, 2026-11-18",
        "tenant/tokensPerMinute, TOKENS, 2026-11-18",
        "tenant/web/usdPerDay, MONEY, 2026-11-18",
        "key/usdPerDay, MONEY, 2026-11-18",
        "model/gpt/usdPerDay, MONEY, 2026-11-18",
        "usdPerDay, MONEY, 2026-11-18",
        "tenant/usdPerDay, MONEY, today",
    })
    void a_sum_of_something_else_is_no_limit(String name, Counted counted, String window) {
        assertThat(Charges.total(sum(new Charge(name, counted, window, 1)))).isNull();
    }

    @Test
    void a_call_counts_on_calendar_limits_only_and_in_its_tenants_window() {
        Instant now = Instant.parse("2026-11-30T23:30:00Z");
        TenantCalendar berlin = TenantCalendar.at(now, ZoneId.of("Europe/Berlin"));
        Reservation wish = wish(
                berlin,
                limit(Scope.tenant(), LimitKind.REQUESTS_PER_MINUTE),
                limit(Scope.tenant(), LimitKind.CONCURRENCY),
                limit(Scope.tenant(), LimitKind.TOKENS_PER_DAY),
                limit(Scope.key("web"), LimitKind.USD_PER_WEEK));

        assertThat(Charges.of(wish, List.of(), now.getEpochSecond() * 1_000_000))
                .containsExactly(
                        new Charge("tenant/tokensPerDay", Counted.TOKENS, "2026-12-01", micros("2026-12-01T23:00:00Z")),
                        new Charge("key/web/usdPerWeek", Counted.MONEY, "2026-11-30", micros("2026-12-06T23:00:00Z")));
    }

    @Test
    void a_user_beyond_the_bound_counts_on_the_shared_bucket() {
        Limit ann = limit(Scope.user("ann"), LimitKind.TOKENS_PER_DAY);
        Limit key = limit(Scope.key("web"), LimitKind.TOKENS_PER_DAY);
        List<Standing> standings = List.of(new Standing(ann, 0, 0, 0, true), new Standing(key, 0, 0, 0, false));

        assertThat(Charges.of(wish(UTC, ann, key), standings, NOON.getEpochSecond() * 1_000_000))
                .extracting(Charge::name)
                .containsExactly("user/*/tokensPerDay", "key/web/tokensPerDay");
    }

    private static UsageJournal.Total sum(Charge charge) {
        return new UsageJournal.Total("acme", charge, 7, 0);
    }

    private static Limit limit(Scope scope, LimitKind kind) {
        return new Limit(scope, LimitRule.of(kind, 9));
    }

    private static Reservation wish(TenantCalendar calendar, Limit... limits) {
        return new Reservation("r", "acme", List.of(limits), Amounts.call(1, 1), Duration.ofSeconds(60), calendar);
    }

    private static long micros(String instant) {
        return Instant.parse(instant).getEpochSecond() * 1_000_000;
    }
}
