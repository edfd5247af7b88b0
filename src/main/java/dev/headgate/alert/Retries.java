// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import java.time.Duration;

/**
 * How often an alert is tried. Pure.
 *
 * @param tries in all
 * @param first the longest pause before the second try; each later one is four times as long
 * @param longest no pause is longer
 * @param deadline of each try
 */
public record Retries(int tries, Duration first, Duration longest, Duration deadline) {
    /** Eight tries in 9 to 20 minutes. */
    public static final Retries DEFAULT =
            new Retries(8, Duration.ofSeconds(2), Duration.ofMinutes(5), Duration.ofSeconds(10));

    /**
     * How long to wait after a try, between half and all of its longest pause, so that a receiver that comes back is not met by all at once.
     *
     * @param tried how many tries there were, from 1
     * @param dice 0 to 1
     */
    Duration pause(int tried, double dice) {
        double most = Math.min((double) longest.toMillis(), first.toMillis() * Math.pow(4, tried - 1.0));
        return Duration.ofMillis(Math.round(most / 2 + most / 2 * dice));
    }

    /** Whether a receiver that answers so may answer otherwise later. */
    static boolean mayPass(int status) {
        return status == 408 || status == 429 || status >= 500;
    }
}
