// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.quota.Amounts;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.QuotaStore;
import dev.headgate.quota.QuotaStoreContract;
import dev.headgate.quota.Reservation;
import dev.headgate.quota.Scope;
import dev.headgate.quota.TenantCalendar;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryQuotaStoreTest extends QuotaStoreContract {
    private Instant now = START;
    private final MemoryQuotaStore store = new MemoryQuotaStore(() -> now, MOST_LIVE);

    @Override
    protected QuotaStore store() {
        return store;
    }

    @Override
    protected Instant now() {
        return now;
    }

    @Override
    protected void moveClockTo(Instant instant) {
        now = instant;
    }

    @Test
    void forgets_what_nobody_settles_after_two_days() {
        reserve("old", Scope.tenant());
        assertThat(store.unsettled("acme")).isEqualTo(1);

        now = now.plus(Duration.ofHours(49));
        reserve("new", Scope.tenant());

        assertThat(store.unsettled("acme")).isEqualTo(1);
        assertThat(await(store.settle("acme", "old", Amounts.NONE))).isFalse();
    }

    @Test
    void forgets_idle_users() {
        MemoryQuotaStore large = new MemoryQuotaStore(() -> now);
        for (int i = 0; i < 5_000; i++) {
            now = now.plusMillis(10);
            await(large.reserve(wish("r" + i, Scope.user("u" + i))));
            await(large.settle("acme", "r" + i, Amounts.NONE));
        }
        assertThat(large.liveValues("acme")).isLessThan(2_000);
    }

    @Test
    void what_a_call_took_beyond_its_estimate_counts_though_its_user_was_forgotten_meanwhile() {
        Limit ann = new Limit(Scope.user("ann"), LimitRule.of(LimitKind.TOKENS_PER_MINUTE, 600));
        Reservation wish = new Reservation(
                "long",
                "acme",
                List.of(ann),
                Amounts.call(10, 0),
                Duration.ofSeconds(60),
                TenantCalendar.at(now, ZoneOffset.UTC));
        await(store.reserve(wish));
        now = now.plusSeconds(10);
        for (int i = 0; i < MOST_LIVE; i++) {
            reserve("r" + i, Scope.user("u" + i));
        }

        await(store.settle("acme", "long", Amounts.call(500, 0)));

        assertThat(await(store.look("acme", List.of(ann), wish.calendar()))
                        .getFirst()
                        .used())
                .isEqualTo(490);
    }

    private void reserve(String id, Scope scope) {
        await(store.reserve(wish(id, scope)));
    }

    private Reservation wish(String id, Scope scope) {
        return new Reservation(
                id,
                "acme",
                List.of(new Limit(scope, LimitRule.of(LimitKind.REQUESTS_PER_SECOND, 10))),
                Amounts.call(0, 0),
                Duration.ofSeconds(60),
                TenantCalendar.at(now, ZoneOffset.UTC));
    }
}
