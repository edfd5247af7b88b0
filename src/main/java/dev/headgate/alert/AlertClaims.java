// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import io.vertx.core.Future;
import java.time.Instant;

/** Remembers which thresholds have been told, so that each is told once. */
@FunctionalInterface
public interface AlertClaims {
    /**
     * Claims the right to tell.
     *
     * @param until when it may be forgotten
     * @return true for the first who asks, and false for all others until it is forgotten
     */
    Future<Boolean> claim(Threshold threshold, Instant until);

    /**
     * What can be told once.
     *
     * @param limit its path within the tenant, such as {@code tenant/usdPerMonth}
     * @param window its label
     */
    record Threshold(String tenant, String limit, String window, int percent) {
        /** Unique within the tenant; holds no space and no control character. */
        public String name() {
            return limit + '@' + window + '#' + percent;
        }
    }
}
