// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.time.Duration;

/** Durations as OpenAI writes them in its rate-limit headers: {@code 12ms}, {@code 1s}, {@code 6m0s}, {@code 24h0m0s}. */
public final class ShortDuration {
    private ShortDuration() {}

    /** Rounded up, to milliseconds below a second and to seconds above, so that nobody comes back too early. */
    public static String of(Duration duration) {
        long millis = Math.ceilDiv(duration.toNanos(), 1_000_000L);
        if (millis <= 0) {
            return "0s";
        }
        if (millis < 1_000) {
            return millis + "ms";
        }
        long seconds = Math.ceilDiv(millis, 1_000L);
        String minutes = seconds < 60 ? "" : seconds / 60 % 60 + "m";
        String hours = seconds < 3_600 ? "" : seconds / 3_600 + "h";
        return hours + minutes + seconds % 60 + "s";
    }
}
