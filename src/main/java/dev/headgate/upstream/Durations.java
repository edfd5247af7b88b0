// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import java.time.Duration;

/** Durations as the configuration writes them. */
final class Durations {
    private Durations() {}

    /** {@code 60s}, or {@code 1500ms} where seconds do not do. */
    static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
