// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What resets, credits and the repair of a store that forgot have to do together. */
public abstract class QuotaRepairContract extends QuotaStoreFixture {
    @Test
    void a_reset_begins_anew() {
        Limit rate = tenant(LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 6));
        Limit day = tenant(LimitRule.of(LimitKind.REQUESTS_PER_DAY, 1));
        Limit running = tenant(LimitRule.of(LimitKind.CONCURRENCY, 1));
        granted(call(rate, day, running));

        for (Limit limit : List.of(rate, day, running)) {
            assertThat(await(store().reset(TENANT, limit, calendar())).used()).isZero();
        }

        granted(call(rate, day, running));
    }

    @Test
    void a_credit_gives_more_once() {
        Limit day = tenant(LimitRule.of(LimitKind.USD_PER_DAY, 100));
        Limit rate = tenant(LimitRule.of(LimitKind.TOKENS_PER_MINUTE, 100));
        Limit running = tenant(LimitRule.of(LimitKind.CONCURRENCY, 1));
        granted(reserve(Amounts.call(100, 30), day, rate));

        assertThat(await(store().credit(TENANT, day, calendar(), 50)).remaining())
                .isEqualTo(120);
        assertThat(await(store().credit(TENANT, rate, calendar(), 40)).remaining())
                .isEqualTo(40);
        assertThatThrownBy(() -> store().credit(TENANT, running, calendar(), 1))
                .isInstanceOf(IllegalArgumentException.class);

        pass(Duration.ofDays(1));
        assertThat(look(day).getFirst().remaining()).isEqualTo(100);
    }

    @Test
    void what_nodes_have_counted_raises_a_store_that_forgot() {
        Limit limit = tenant(LimitRule.of(LimitKind.USD_PER_DAY, 1_000));
        granted(reserve(Amounts.call(0, 100), limit));

        tell("a", limit, 70);
        assertThat(look(limit).getFirst().used()).isEqualTo(100);
        tell("b", limit, 50);
        assertThat(look(limit).getFirst().used()).isEqualTo(120);
        tell("a", limit, 90);
        tell("a", limit, 90);
        assertThat(look(limit).getFirst().used()).isEqualTo(140);
    }

    @Test
    void what_nodes_have_counted_does_not_undo_a_reset_or_a_credit() {
        Limit limit = tenant(LimitRule.of(LimitKind.USD_PER_DAY, 1_000));
        settled(Amounts.call(0, 100), Amounts.call(0, 100), limit);
        await(store().reset(TENANT, limit, calendar()));
        await(store().credit(TENANT, limit, calendar(), 10));

        tell("a", limit, 100);

        assertThat(look(limit).getFirst().used()).isEqualTo(-10);
    }

    @Test
    void what_a_node_gave_back_beyond_its_own_use_is_not_lost_with_a_store_that_forgot() {
        Limit limit = tenant(LimitRule.of(LimitKind.TOKENS_PER_DAY, 1_000));
        tell("a", limit, -50);
        assertThat(look(limit).getFirst().used()).isEqualTo(-50);
        tell("b", limit, 30);
        assertThat(look(limit).getFirst().used()).isEqualTo(-20);
        tell("c", limit, -10);
        tell("c", limit, -10);
        assertThat(look(limit).getFirst().used()).isEqualTo(-30);
    }
}
