// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RampTest {
    private static final long START = -5;

    @ParameterizedTest
    @CsvSource({"0, 0.1", "14999, 0.1", "15000, 0.3", "29999, 0.3", "30000, 1", "90000, 1"})
    void lets_a_tenth_pass_in_its_first_half_and_three_tenths_in_its_second(long millis, double share) {
        Ramp ramp = new Ramp(START, Duration.ofSeconds(30));

        assertThat(ramp.share(START + TimeUnit.MILLISECONDS.toNanos(millis))).isEqualTo(share);
    }

    @Test
    void is_over_at_once_if_it_has_no_length() {
        assertThat(new Ramp(START, Duration.ZERO).share(START)).isEqualTo(1);
        assertThat(Ramp.NONE.share(Long.MIN_VALUE)).isEqualTo(1);
    }
}
