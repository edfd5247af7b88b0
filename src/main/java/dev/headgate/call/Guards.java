// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What protects callers from a backend, and the backend from callers.
 *
 * @param bulkhead how many calls it gets at once, or null for any number
 * @param health how it is asked whether it lives, or null if it is not asked
 */
public record Guards(
        Timeouts timeouts,
        BreakerRule breaker,
        @Nullable BulkheadRule bulkhead,
        @Nullable HealthRule health) {
    public static final Guards DEFAULT = new Guards(Timeouts.DEFAULT, BreakerRule.DEFAULT, null, null);

    /**
     * When a model of a backend is given no more calls, and how it comes back.
     *
     * @param failurePercent share of the window's calls that failed, at which the breaker opens; 1 to 100
     * @param slowerThan time to the first token (streams) or to the answer, beyond which a call was slow
     * @param slowPercent share of the window's calls that were slow, at which the breaker opens; 1 to 100
     * @param minimumCalls calls that the window must hold before it is judged
     * @param window how far back calls count
     * @param openFor how long the breaker stays open before one call probes the backend
     * @param rampUp how long after a good probe the share of calls grows: 10 % in its first half, 30 % in its second
     */
    public record BreakerRule(
            int failurePercent,
            Duration slowerThan,
            int slowPercent,
            int minimumCalls,
            Duration window,
            Duration openFor,
            Duration rampUp) {
        public static final BreakerRule DEFAULT = new BreakerRule(
                50,
                Duration.ofSeconds(30),
                80,
                20,
                Duration.ofSeconds(30),
                Duration.ofSeconds(15),
                Duration.ofSeconds(30));
    }

    /**
     * How many calls a backend gets at once.
     *
     * @param maxConcurrent the bound; 0 if it is found out from the time to the first byte
     * @param maxWait how long a call waits for a slot if no other target is free; as many may wait as there are slots
     */
    public record BulkheadRule(int maxConcurrent, Duration maxWait) {
        public boolean isAdaptive() {
            return maxConcurrent == 0;
        }
    }

    /**
     * A request that tells whether a backend lives.
     *
     * @param path below the base URL, with its slash
     */
    public record HealthRule(String path, Duration every) {}
}
