// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How long a call may take and how long a stream may stay silent before its head is sent; set once the route is known, the defaults
 * until then. Confined to the call's event loop.
 */
public final class Timing {
    public static final Duration DEFAULT_TOTAL = Duration.ofMinutes(10);
    public static final Duration DEFAULT_EARLY_HEAD = Duration.ofSeconds(10);

    private final List<Watcher> watchers = new ArrayList<>(2);
    private long totalNanos = DEFAULT_TOTAL.toNanos();
    private long earlyHeadNanos = DEFAULT_EARLY_HEAD.toNanos();

    public void set(Duration total, Duration earlyHead) {
        totalNanos = total.toNanos();
        earlyHeadNanos = earlyHead.toNanos();
    }

    /** From the arrival of the head to the end of the call, over all attempts. */
    public long totalNanos() {
        return totalNanos;
    }

    public long earlyHeadNanos() {
        return earlyHeadNanos;
    }

    /**
     * Looks at the time every now and then (about every 100 ms) while the call runs; one coarse timer of the event loop serves all
     * calls. The returned handle takes the watcher back.
     */
    public Runnable watch(Watcher watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    /** Told by whoever keeps the event loop's timer. */
    public void tick(long nowNanos) {
        if (!watchers.isEmpty()) {
            List.copyOf(watchers).forEach(watcher -> watcher.tick(nowNanos));
        }
    }

    /** Looks at the time, a {@link System#nanoTime} value. */
    @FunctionalInterface
    public interface Watcher {
        void tick(long nowNanos);
    }
}
