// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import java.util.concurrent.atomic.AtomicLong;

/** A moving average of how long something took, new samples counting a fifth. Thread-safe. */
final class Latency {
    private static final int SHARE = 5;

    private final AtomicLong average = new AtomicLong();

    /** Nanoseconds; 0 while nothing was measured. */
    long nanos() {
        return average.get();
    }

    /** Takes a measured time in nanoseconds; the first one is the average. */
    void sample(long nanos) {
        long measured = Math.max(1, nanos);
        average.updateAndGet(old -> old == 0 ? measured : Math.max(1, old + (measured - old) / SHARE));
    }
}
