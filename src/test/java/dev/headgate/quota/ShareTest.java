// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShareTest {
    private static final long UNSEEN = Long.MAX_VALUE;

    @Test
    void a_local_rate_is_divided_by_the_nodes() {
        LimitRule rule = LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 600).withBurst(100);
        LimitRule share = share(rule, 4, UNSEEN);
        assertThat(share.amount()).isEqualTo(150);
        assertThat(share.burst()).isEqualTo(25);
    }

    @Test
    void a_small_limit_is_never_divided_to_nothing() {
        assertThat(share(LimitRule.of(LimitKind.CONCURRENCY, 2), 5, UNSEEN).amount())
                .isEqualTo(1);
        assertThat(share(LimitRule.of(LimitKind.CONCURRENCY, 0), 5, UNSEEN).amount())
                .isZero();
    }

    @Test
    void an_allowance_is_two_percent_of_the_limit_or_what_was_left() {
        LimitRule rule = LimitRule.of(LimitKind.USD_PER_DAY, 1_050);
        assertThat(share(rule, 1, UNSEEN).amount()).isEqualTo(21);
        assertThat(share(rule, 2, 10).amount()).isEqualTo(5);
        assertThat(share(rule, 2, 0).amount()).isZero();
    }

    @Test
    void a_local_window_never_gives_more_than_was_left() {
        LimitRule rule = LimitRule.of(LimitKind.TOKENS_PER_DAY, 1_000).whenStoreDown(WhenStoreDown.LOCAL);
        assertThat(share(rule, 2, UNSEEN).amount()).isEqualTo(500);
        assertThat(share(rule, 2, 100).amount()).isEqualTo(50);
    }

    @Test
    void what_is_denied_gives_nothing_and_what_is_allowed_is_left_out() {
        LimitRule rule = LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 600);
        assertThat(share(rule.whenStoreDown(WhenStoreDown.DENY), 2, UNSEEN).burst())
                .isZero();
        assertThat(Share.of(List.of(limit(rule.whenStoreDown(WhenStoreDown.ALLOW))), 2, limit -> UNSEEN))
                .isEmpty();
    }

    private static LimitRule share(LimitRule rule, int nodes, long remaining) {
        return Share.of(List.of(limit(rule)), nodes, limit -> remaining)
                .getFirst()
                .rule();
    }

    private static Limit limit(LimitRule rule) {
        return new Limit(Scope.tenant(), rule);
    }
}
