// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/** Stops asking a store after five failures or three timeouts within a second. Thread-safe; it is closed from outside. */
final class StoreBreaker {
    private static final long WITHIN_NANOS = 1_000_000_000L;
    private static final int FAILURES = 5;
    private static final int TIMEOUTS = 3;

    private final LongSupplier nanoTime;
    private final Deque<Long> failures = new ArrayDeque<>();
    private final Deque<Long> timeouts = new ArrayDeque<>();
    private volatile boolean open;

    StoreBreaker(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    boolean isOpen() {
        return open;
    }

    /** @return whether this failure opened it */
    synchronized boolean failed(StoreException why) {
        long now = nanoTime.getAsLong();
        boolean timeout = why.reason() == StoreException.Cause.TIMEOUT;
        boolean many = count(failures, now) >= FAILURES;
        if (timeout) {
            many |= count(timeouts, now) >= TIMEOUTS;
        }
        if (!many || open) {
            return false;
        }
        open = true;
        return true;
    }

    synchronized void close() {
        failures.clear();
        timeouts.clear();
        open = false;
    }

    private static int count(Deque<Long> times, long now) {
        times.addLast(now);
        while (now - times.getFirst() > WITHIN_NANOS) {
            times.removeFirst();
        }
        return times.size();
    }
}
