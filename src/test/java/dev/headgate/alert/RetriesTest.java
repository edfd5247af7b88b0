// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetriesTest {
    @Property
    void pauses_are_from_a_second_to_five_minutes(
            @ForAll @IntRange(min = 1, max = 7) int tried, @ForAll @DoubleRange(min = 0, max = 1) double dice) {
        assertThat(Retries.DEFAULT.pause(tried, dice)).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(5));
    }

    @ParameterizedTest
    @CsvSource({
        "408, true",
        "429, true",
        "500, true",
        "503, true",
        "301, false",
        "400, false",
        "404, false",
        "410, false"
    })
    void only_what_may_pass_is_tried_again(int status, boolean again) {
        assertThat(Retries.mayPass(status)).isEqualTo(again);
    }
}
