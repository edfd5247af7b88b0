// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.Guards.BreakerRule;
import java.time.Duration;

/** The words of {@code breaker:}. */
record BreakerWords(
        @Word(value = "Share of the window's calls that failed, at which it opens.", preset = "50%", min = 1, max = 100)
        Units.Percent failureRatio,

        @Word(
                value = "Time to the first token, or to an answer that is no stream, beyond which a call was slow.",
                preset = "30s",
                min = 1)
        Duration slowerThan,

        @Word(
                value = "Share of the window's calls that were slow, at which it opens.",
                preset = "80%",
                min = 1,
                max = 100)
        Units.Percent slowRatio,

        @Word(value = "Calls that the window must hold before it is judged.", preset = "20", min = 1, max = 100_000)
        int minimumCalls,

        @Word(value = "How far back calls count; at least 1s.", preset = "30s", min = 1_000)
        Duration window,

        @Word(value = "How long it stays open before one call probes the backend.", preset = "15s", min = 1)
        Duration openFor,

        @Word(
                value =
                        "How long after a good probe only a share of the calls passes: 10 % in the first half, 30 % in the second.",
                preset = "30s")
        Duration rampUp) {

    BreakerRule rule() {
        return new BreakerRule(
                failureRatio.value(), slowerThan, slowRatio.value(), minimumCalls, window, openFor, rampUp);
    }
}
