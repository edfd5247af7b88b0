// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import java.time.Duration;

/**
 * How many repeated tries a backend gets: 10 % of the requests of the last 10 s, and at least 3 a second, so that retries never
 * multiply an outage (Google, Site Reliability Engineering, chapter 21). Thread-safe.
 */
final class RetryBudget {
    private static final int SECONDS = 10;
    private static final int FLOOR_PER_SECOND = 3;
    private static final int REQUESTS_PER_RETRY = 10;
    private static final int REQUESTS = 0;
    private static final int RETRIES = 1;

    private final SlidingCounts counts = new SlidingCounts(Duration.ofSeconds(1), SECONDS, 2);

    /** Notes a request to the backend. */
    synchronized void request(long nowNanos) {
        counts.add(REQUESTS, 1, nowNanos);
    }

    /** Takes one retry, or tells that there is none left. */
    synchronized boolean tryTake(long nowNanos) {
        if (left(nowNanos) == 0) {
            return false;
        }
        counts.add(RETRIES, 1, nowNanos);
        return true;
    }

    /** Retries that could be taken at this moment; what the floor grants is part of the 10 %, not on top of it. */
    synchronized long left(long nowNanos) {
        long ofFloor = FLOOR_PER_SECOND - counts.latest(RETRIES, nowNanos);
        long ofShare = requests(nowNanos) / REQUESTS_PER_RETRY - counts.sum(RETRIES, nowNanos);
        return Math.max(0, Math.max(ofFloor, ofShare));
    }

    /** In the last 10 s. */
    synchronized long requests(long nowNanos) {
        return counts.sum(REQUESTS, nowNanos);
    }
}
