// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StoreBreakerTest {
    private final StoreException timeout = new StoreException(StoreException.Cause.TIMEOUT, "");
    private final StoreException broken = new StoreException(StoreException.Cause.DISCONNECTED, "");

    private long now;
    private final StoreBreaker breaker = new StoreBreaker(() -> now);

    @Test
    void opens_once_at_the_third_timeout() {
        assertThat(breaker.failed(timeout)).isFalse();
        assertThat(breaker.failed(timeout)).isFalse();
        assertThat(breaker.failed(timeout)).isTrue();
        assertThat(breaker.failed(timeout)).isFalse();
        assertThat(breaker.isOpen()).isTrue();
    }

    @Test
    void opens_at_the_fifth_failure() {
        for (int i = 0; i < 4; i++) {
            assertThat(breaker.failed(broken)).isFalse();
        }
        assertThat(breaker.failed(broken)).isTrue();
    }

    @Test
    void failures_that_are_seldom_do_not_open_it() {
        for (int i = 0; i < 20; i++) {
            now += 600_000_000;
            assertThat(breaker.failed(timeout)).isFalse();
        }
    }

    @Test
    void counts_anew_after_it_was_closed() {
        for (int i = 0; i < 3; i++) {
            breaker.failed(timeout);
        }
        breaker.close();
        assertThat(breaker.isOpen()).isFalse();
        assertThat(breaker.failed(timeout)).isFalse();
    }
}
