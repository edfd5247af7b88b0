// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class BudgetRatiosTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final LimitRule DAY = LimitRule.of(LimitKind.USD_PER_DAY, 100);
    private static final LimitRule MONTH = LimitRule.of(LimitKind.USD_PER_MONTH, 1_000);

    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private final BudgetRatios ratios = new BudgetRatios(() -> now);

    @Test
    void the_tightest_of_a_tenants_budgets_counts() {
        apply(DAY, MONTH);
        hear(Scope.tenant(), DAY, 20);
        hear(Scope.tenant(), MONTH, 700);

        ToDoubleFunction<String> accessor = ratios::usedRatio;
        assertThat(accessor.applyAsDouble("acme")).isEqualTo(0.7);
        assertThat(ratios.usedRatio("acme", LimitKind.USD_PER_DAY)).isEqualTo(0.2);
        assertThat(accessor.applyAsDouble("other")).isZero();
    }

    @Test
    void an_overdraft_is_more_than_one_and_a_credit_not_less_than_zero() {
        apply(DAY);
        hear(Scope.tenant(), DAY, 150);
        assertThat(ratios.usedRatio("acme")).isEqualTo(1.5);

        hear(Scope.tenant(), DAY, -50);
        assertThat(ratios.usedRatio("acme")).isZero();
    }

    @Test
    void of_a_budget_of_nothing_all_is_used() {
        LimitRule nothing = LimitRule.of(LimitKind.USD_PER_DAY, 0);
        apply(nothing);
        hear(Scope.tenant(), nothing, 0);

        assertThat(ratios.usedRatio("acme")).isEqualTo(1);
    }

    @Test
    void a_new_window_is_unused_without_anybody_asking() {
        apply(DAY, MONTH);
        hear(Scope.tenant(), DAY, 90);
        hear(Scope.tenant(), MONTH, 100);

        now = Instant.parse("2026-11-21T22:59:59Z");
        assertThat(ratios.usedRatio("acme")).isEqualTo(0.9);
        now = Instant.parse("2026-11-21T23:00:00Z");
        assertThat(ratios.usedRatio("acme")).isEqualTo(0.1);
    }

    @Test
    void what_is_no_enforced_budget_of_the_tenant_as_a_whole_does_not_count() {
        LimitRule requests = LimitRule.of(LimitKind.REQUESTS_PER_DAY, 100);
        apply(DAY, MONTH.observed(), requests);
        hear(Scope.tenant(), MONTH.observed(), 900);
        hear(Scope.tenant(), requests, 90);
        hear(Scope.key("web"), DAY, 80);
        hear(Scope.user("ann"), DAY, 80);

        assertThat(ratios.usedRatio("acme")).isZero();
    }

    @Test
    void a_changed_amount_counts_at_once_for_what_was_heard_and_a_dropped_budget_is_forgotten() {
        apply(DAY);
        hear(Scope.tenant(), DAY, 50);

        apply(LimitRule.of(LimitKind.USD_PER_DAY, 200));
        assertThat(ratios.usedRatio("acme")).isEqualTo(0.25);

        ratios.apply(Map.of());
        hear(Scope.tenant(), DAY, 50);
        assertThat(ratios.usedRatio("acme")).isZero();
        apply(DAY);
        assertThat(ratios.usedRatio("acme")).isZero();
    }

    @Test
    void the_window_is_the_one_that_the_store_meant_though_its_clock_differs() {
        apply(DAY);
        now = Instant.parse("2026-11-21T22:59:58Z");
        // The store's clock is three seconds ahead: it counts in the next day already.
        long left = Duration.ofDays(1).minusSeconds(1).toNanos() / 1_000;
        ratios.heard("acme", List.of(standing(Scope.tenant(), DAY, 30, left)), calendar());

        now = Instant.parse("2026-11-21T23:00:01Z");
        assertThat(ratios.usedRatio("acme")).isEqualTo(0.3);
    }

    private void apply(LimitRule... own) {
        ratios.apply(Map.of(
                "acme", new TenantLimits("acme", BERLIN, List.of(own), Map.of(), List.of(), List.of(), Map.of())));
    }

    private void hear(Scope scope, LimitRule rule, long used) {
        Window window = calendar().of(rule.kind()).current();
        long left = Duration.between(now, window.end()).toNanos() / 1_000;
        ratios.heard("acme", List.of(standing(scope, rule, used, left)), calendar());
    }

    private TenantCalendar calendar() {
        return TenantCalendar.at(now, BERLIN);
    }

    private static Standing standing(Scope scope, LimitRule rule, long used, long resetMicros) {
        return new Standing(new Limit(scope, rule), used, resetMicros, 0, false);
    }
}
