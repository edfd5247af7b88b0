// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Backend;
import io.vertx.core.Future;
import java.time.Duration;

/** Asks a backend's health path once. */
@FunctionalInterface
public interface Probe {
    /**
     * Asks a backend that has a {@link dev.headgate.call.Guards.HealthRule}.
     *
     * @param deadline for everything together, from the name lookup to the answer's last byte
     * @return the status that the backend answered with; fails if it gave no answer in time
     */
    Future<Integer> ask(Backend backend, Duration deadline);
}
