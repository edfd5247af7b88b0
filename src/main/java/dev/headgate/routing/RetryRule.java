// SPDX-License-Identifier: Apache-2.0
package dev.headgate.routing;

import java.time.Duration;

/**
 * How often and when a call is tried again.
 *
 * @param attempts tries over all targets, the first included; moves to a backend's next key are not counted
 * @param backoffMin what the pause before a repeated try is at most at first; it doubles with every try, and the dice decide how much of it is waited
 * @param backoffMax what it is at most at last
 */
public record RetryRule(int attempts, Duration backoffMin, Duration backoffMax) {
    public static final RetryRule DEFAULT = new RetryRule(3, Duration.ofMillis(50), Duration.ofMillis(500));
}
