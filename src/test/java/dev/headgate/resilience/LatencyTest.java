// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LatencyTest {
    private final Latency latency = new Latency();

    @Test
    void is_nothing_until_something_was_measured() {
        assertThat(latency.nanos()).isZero();
    }

    @Test
    void begins_with_the_first_sample_and_moves_a_fifth_of_the_way_to_every_other() {
        latency.sample(1_000);
        assertThat(latency.nanos()).isEqualTo(1_000);

        latency.sample(2_000);
        assertThat(latency.nanos()).isEqualTo(1_200);

        latency.sample(200);
        assertThat(latency.nanos()).isEqualTo(1_000);
    }

    @Test
    void a_measured_nothing_is_not_taken_for_unmeasured() {
        latency.sample(0);
        assertThat(latency.nanos()).isPositive();
    }

    @Test
    void follows_samples_of_many_threads() {
        latency.sample(1);
        IntStream.range(0, 1_000).parallel().forEach(i -> latency.sample(1_000_000));
        assertThat(latency.nanos()).isBetween(999_990L, 1_000_000L);
    }
}
