// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShortDurationTest {
    @ParameterizedTest
    @CsvSource({
        "PT0S, 0s",
        "PT0.000001S, 1ms",
        "PT0.012S, 12ms",
        "PT0.9991S, 1s",
        "PT1S, 1s",
        "PT1.2S, 2s",
        "PT59.5S, 1m0s",
        "PT6M, 6m0s",
        "PT1H2M3S, 1h2m3s",
        "PT24H, 24h0m0s"
    })
    void is_written_as_openai_does_and_never_too_short(Duration duration, String text) {
        assertThat(ShortDuration.of(duration)).isEqualTo(text);
    }
}
