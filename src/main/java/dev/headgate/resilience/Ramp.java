// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import java.time.Duration;

/**
 * How the share of calls grows after a good probe: 10 % in the first half, 30 % in the second, then all. A backend that has just
 * come back meets few calls with cold caches, not all of them at once.
 *
 * @param startedNanos a {@link System#nanoTime} value
 */
record Ramp(long startedNanos, Duration length) {
    /** One that is over. */
    static final Ramp NONE = new Ramp(0, Duration.ZERO);

    /** The share of calls that may pass, above 0 and up to 1. */
    double share(long nowNanos) {
        if (isOver(nowNanos)) {
            return 1;
        }
        return nowNanos - startedNanos < length.toNanos() / 2 ? 0.1 : 0.3;
    }

    boolean isOver(long nowNanos) {
        return length.isZero() || nowNanos - startedNanos >= length.toNanos();
    }
}
