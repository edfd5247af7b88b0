// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PendingSettlementsTest {
    private final PendingSettlements pending = new PendingSettlements(2);

    @Test
    void gives_the_oldest_first_and_each_once() {
        pending.add("acme", "a", Amounts.NONE);
        pending.add("acme", "b", Amounts.NONE);

        assertThat(pending.take(1))
                .extracting(PendingSettlements.Settlement::id)
                .containsExactly("a");
        assertThat(pending.take(9))
                .extracting(PendingSettlements.Settlement::id)
                .containsExactly("b");
        assertThat(pending.take(9)).isEmpty();
    }

    @Test
    void counts_what_does_not_fit() {
        pending.add("acme", "a", Amounts.NONE);
        pending.add("acme", "b", Amounts.NONE);
        pending.add("acme", "c", Amounts.NONE);
        pending.add("acme", "a", Amounts.call(1, 1));

        assertThat(pending.size()).isEqualTo(2);
        assertThat(pending.takeDropped()).isEqualTo(1);
        assertThat(pending.takeDropped()).isZero();
    }
}
