// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.resilience.FailureWindow.Counts;
import dev.headgate.resilience.FailureWindow.Outcome;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailureWindowTest {
    private final FailureWindow window = new FailureWindow(Duration.ofSeconds(10));

    @ParameterizedTest(name = "{0} calls, {1} failed, {2} slow, in the ramp: {3} -> {4}")
    @CsvSource({
        // The minimum volume is 20.
        "19, 19,  0, false, false",
        "20, 20,  0, false, true",
        // Half of the calls failed.
        "20, 10,  0, false, true",
        "20,  9,  0, false, false",
        "21, 10,  0, false, false",
        // Four fifths of the calls were slow.
        "20,  0, 16, false, true",
        "20,  0, 15, false, false",
        // Failed and slow ones are not added up.
        "20,  9, 11, false, false",
        // In the ramp 5 calls are enough.
        " 4,  4,  0, true,  false",
        " 5,  3,  0, true,  true",
        " 5,  2,  0, true,  false",
        " 5,  0,  4, true,  true",
        " 0,  0,  0, true,  false",
    })
    void trips_by_ratio_above_a_minimum_volume(long calls, long failed, long slow, boolean inRamp, boolean trips) {
        assertThat(new Counts(calls, failed, slow).trip(BreakerRule.DEFAULT, inRamp))
                .isEqualTo(trips);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 1", "4, 1", "5, 2", "20, 5", "21, 6"})
    void a_quarter_of_the_minimum_volume_is_rounded_up(int minimum, int enough) {
        BreakerRule rule = new BreakerRule(
                50, Duration.ofSeconds(1), 80, minimum, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO);

        assertThat(new Counts(enough, enough, 0).trip(rule, true)).isTrue();
        assertThat(new Counts(enough - 1, enough - 1, 0).trip(rule, true)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -7, Long.MAX_VALUE / 2, Long.MIN_VALUE / 2})
    void counts_what_came_within_its_length_wherever_the_clock_stands(long start) {
        window.add(Outcome.GOOD, start);
        window.add(Outcome.SLOW, start + seconds(4));
        window.add(Outcome.FAILED, start + seconds(8));

        assertThat(window.counts(start + seconds(8))).isEqualTo(new Counts(3, 1, 1));
        assertThat(window.counts(start + seconds(11))).isEqualTo(new Counts(2, 1, 1));
        assertThat(window.counts(start + seconds(15))).isEqualTo(new Counts(1, 1, 0));
        assertThat(window.counts(start + seconds(19))).isEqualTo(Counts.NONE);
    }

    @Test
    void an_expired_bucket_is_not_filled_again_with_its_old_calls() {
        window.add(Outcome.FAILED, 0);

        assertThat(window.add(Outcome.GOOD, seconds(10))).isEqualTo(new Counts(1, 0, 0));
        assertThat(window.add(Outcome.FAILED, 0)).isEqualTo(new Counts(1, 0, 0));
        assertThat(window.counts(seconds(10))).isEqualTo(new Counts(1, 0, 0));
    }

    @Test
    void a_success_that_is_taken_back_is_one_failed_call_and_not_two_calls() {
        window.add(Outcome.SLOW, 0);

        assertThat(window.turnIntoFailure(Outcome.SLOW, 0, seconds(3))).isEqualTo(new Counts(1, 1, 0));
    }

    @Test
    void a_success_that_is_taken_back_after_it_expired_is_a_failed_call_of_today() {
        window.add(Outcome.GOOD, 0);

        assertThat(window.turnIntoFailure(Outcome.GOOD, 0, seconds(10))).isEqualTo(new Counts(1, 1, 0));
        assertThat(window.turnIntoFailure(Outcome.GOOD, 0, seconds(60))).isEqualTo(new Counts(1, 1, 0));
    }

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
