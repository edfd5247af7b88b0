// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Secret;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Scope;
import dev.headgate.quota.Standing;
import dev.headgate.quota.TenantCalendar;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AlertsTest {
    private static final Secret SECRET = new Secret("a secret of at least 24 bytes");
    private static final LimitRule MONTH = LimitRule.of(LimitKind.USD_PER_MONTH, 800_000_000_000L);

    private final List<Alert> sent = Collections.synchronizedList(new ArrayList<>());
    private final Set<AlertClaims.Threshold> claimed = Collections.synchronizedSet(new HashSet<>());
    private final AtomicInteger asked = new AtomicInteger();
    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private final Alerts alerts = new Alerts(
            (threshold, until) -> {
                asked.incrementAndGet();
                return Future.succeededFuture(claimed.add(threshold));
            },
            sent::add,
            () -> now);

    @Test
    void tells_what_was_reached_and_asks_nobody_again() {
        apply(80, 100);
        hear(Scope.tenant(), MONTH, 639_000_000_000L);
        assertThat(asked).hasValue(0);

        hear(Scope.tenant(), MONTH, 650_500_000_000L);
        hear(Scope.tenant(), MONTH, 651_000_000_000L);

        assertThat(sent).hasSize(1);
        assertThat(asked).hasValue(1);
        assertThat(new JsonObject(sent.getFirst().json("alert_1"))).isEqualTo(new JsonObject("""
                        { "type": "limit.threshold", "id": "alert_1", "tenant": "acme", "limit": "tenant/acme/usdPerMonth",
                          "threshold": 80, "usedRatio": 0.8131, "used": "650.5", "amount": "800", "window": "2026-11-01",
                          "windowEnds": "2026-12-01T00:00:00Z", "mode": "enforce", "at": "2026-11-21T12:00:00Z" }"""));
    }

    @Test
    void what_only_observes_is_told_as_such_with_plain_numbers_for_what_is_no_money() {
        apply(100);
        hear(Scope.key("web"), LimitRule.of(LimitKind.TOKENS_PER_DAY, 1_000).observed(), 1_500);

        JsonObject json = new JsonObject(sent.getFirst().json("alert_1"));
        assertThat(json.getString("limit")).isEqualTo("key/acme/web/tokensPerDay");
        assertThat(json.getString("mode")).isEqualTo("observe");
        assertThat(json.getLong("used")).isEqualTo(1_500);
        assertThat(json.getLong("amount")).isEqualTo(1_000);
        assertThat(json.getDouble("usedRatio")).isEqualTo(1.5);
    }

    @Test
    void users_addresses_rates_and_tenants_without_alerts_are_left_out() {
        apply(1);
        hear(Scope.user("ann"), MONTH, MONTH.amount());
        hear(Scope.address("10.0.0.1"), MONTH, MONTH.amount());
        hear(Scope.tenant(), LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 10), 10);
        hear(Scope.tenant(), LimitRule.of(LimitKind.CONCURRENCY, 10), 10);
        alerts.heard("other", List.of(standing(Scope.tenant(), MONTH, MONTH.amount())), calendar());

        assertThat(asked).hasValue(0);
    }

    @Test
    void the_next_window_is_told_again() {
        apply(80);
        hear(Scope.tenant(), MONTH, MONTH.amount());
        now = Instant.parse("2026-12-02T00:00:00Z");
        hear(Scope.tenant(), MONTH, 0);
        assertThat(sent).hasSize(1);
        hear(Scope.tenant(), MONTH, MONTH.amount());

        assertThat(sent).extracting(alert -> alert.window().label()).containsExactly("2026-11-01", "2026-12-01");
    }

    @Test
    void thresholds_can_change_and_those_that_were_told_stay_told() {
        apply(80);
        hear(Scope.tenant(), MONTH, MONTH.amount() / 100 * 85);
        apply(50, 80);
        hear(Scope.tenant(), MONTH, MONTH.amount() / 100 * 85);
        alerts.apply(Map.of());
        hear(Scope.tenant(), MONTH, MONTH.amount());
        apply(50, 80);
        hear(Scope.tenant(), MONTH, MONTH.amount());

        assertThat(sent).extracting(Alert::percent).containsExactly(80, 50);
    }

    @Test
    void what_cannot_be_remembered_is_told_all_the_same() {
        Alerts forgetful = new Alerts(
                (threshold, until) -> Future.failedFuture(new IOException("no space")), sent::add, () -> now);
        forgetful.apply(Map.of("acme", new AlertRule(new Secret("http://h"), SECRET, List.of(80))));

        for (int i = 0; i < 2; i++) {
            forgetful.heard("acme", List.of(standing(Scope.tenant(), MONTH, MONTH.amount())), calendar());
        }

        assertThat(sent).hasSize(1);
    }

    @Test
    void many_threads_tell_each_threshold_once() throws InterruptedException {
        apply(20, 40, 60, 80, 100);
        List<Callable<Void>> calls = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            long used = MONTH.amount() / 100 * i;
            calls.add(() -> {
                hear(Scope.tenant(), MONTH, used);
                return null;
            });
        }
        Collections.shuffle(calls);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            threads.invokeAll(calls);
        }

        assertThat(sent).extracting(Alert::percent).containsExactlyInAnyOrder(20, 40, 60, 80, 100);
        assertThat(asked).hasValue(5);
    }

    @Test
    void the_same_threshold_has_the_same_id_for_whoever_noticed_it() {
        Alert one = new Alert(
                "acme",
                80,
                standing(Scope.tenant(), MONTH, 1),
                calendar().months().current(),
                now);
        Alert other = new Alert(
                "acme",
                80,
                standing(Scope.tenant(), MONTH, 2),
                calendar().months().current(),
                now.plusSeconds(9));
        Alert higher = new Alert(
                "acme",
                100,
                standing(Scope.tenant(), MONTH, 2),
                calendar().months().current(),
                now);

        assertThat(one.id(SECRET)).isEqualTo(other.id(SECRET)).isNotEqualTo(higher.id(SECRET));
        assertThat(one.id(SECRET)).matches("alert_[A-Za-z0-9_-]{43}");
    }

    private void apply(Integer... percents) {
        alerts.apply(Map.of("acme", new AlertRule(new Secret("http://h"), SECRET, List.of(percents))));
    }

    private void hear(Scope scope, LimitRule rule, long used) {
        alerts.heard("acme", List.of(standing(scope, rule, used)), calendar());
    }

    private TenantCalendar calendar() {
        return TenantCalendar.at(now, ZoneOffset.UTC);
    }

    private Standing standing(Scope scope, LimitRule rule, long used) {
        Instant end =
                rule.kind().isCalendar() ? calendar().of(rule.kind()).current().end() : now;
        return new Standing(
                new Limit(scope, rule), used, Duration.between(now, end).toNanos() / 1_000, 0, false);
    }
}
