// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryBudgetTest {
    private final RetryBudget budget = new RetryBudget();

    @ParameterizedTest(name = "{0} requests -> {1} retries")
    @CsvSource({"0, 3", "30, 3", "39, 3", "40, 4", "1000, 100"})
    void gives_a_tenth_of_the_requests_and_at_least_three_a_second(int requests, int retries) {
        requests(requests, 0);

        assertThat(budget.left(0)).isEqualTo(retries);
        assertThat(takeAll(0)).isEqualTo(retries);
        assertThat(budget.left(0)).isZero();
    }

    @Test
    void gives_three_again_in_the_next_second_when_the_tenth_is_spent() {
        requests(100, 0);
        assertThat(takeAll(0)).isEqualTo(10);

        assertThat(takeAll(seconds(1))).isEqualTo(3);
        assertThat(takeAll(seconds(2))).isEqualTo(3);
    }

    @Test
    void forgets_requests_and_retries_after_ten_seconds() {
        requests(1000, 0);
        takeAll(0);
        assertThat(budget.requests(seconds(9))).isEqualTo(1000);
        assertThat(budget.left(seconds(9))).isEqualTo(3);

        requests(500, seconds(10));
        assertThat(budget.requests(seconds(10))).isEqualTo(500);
        assertThat(budget.left(seconds(10))).isEqualTo(50);
    }

    @Test
    void a_full_outage_is_amplified_by_a_tenth() {
        int retries = 0;
        for (int second = 0; second < 60; second++) {
            requests(200, seconds(second));
            retries += takeAll(seconds(second));
        }
        assertThat(retries).isBetween(1_150, 1_200);
    }

    @Test
    void gives_no_retry_twice_however_many_threads_ask() {
        requests(1000, 0);
        AtomicInteger taken = new AtomicInteger();

        IntStream.range(0, 400).parallel().forEach(i -> {
            if (budget.tryTake(0)) {
                taken.incrementAndGet();
            }
        });

        assertThat(taken).hasValue(100);
    }

    private void requests(int count, long nanos) {
        for (int i = 0; i < count; i++) {
            budget.request(nanos);
        }
    }

    private int takeAll(long nanos) {
        int taken = 0;
        while (budget.tryTake(nanos)) {
            taken++;
        }
        return taken;
    }

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
