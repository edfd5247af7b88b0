// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Guards.BreakerRule;
import java.time.Duration;

/** What became of the calls of the last while, in ten buckets. Thread-safe; its lock is held for some additions only. */
final class FailureWindow {
    private static final int BUCKETS = 10;
    private static final int CALLS = 0;
    private static final int FAILED = 1;
    private static final int SLOW = 2;

    private final Duration length;
    private final SlidingCounts counts;

    FailureWindow(Duration length) {
        this.length = length;
        this.counts = new SlidingCounts(length.dividedBy(BUCKETS), BUCKETS, 3);
    }

    Duration length() {
        return length;
    }

    /** Counts a call, and tells what the window holds now. */
    synchronized Counts add(Outcome outcome, long nowNanos) {
        change(outcome, 1, nowNanos);
        return read(nowNanos);
    }

    /** Makes a failure of today out of a call that was counted otherwise; its old count goes, unless it has expired. */
    synchronized Counts turnIntoFailure(Outcome was, long countedAtNanos, long nowNanos) {
        change(was, -1, countedAtNanos);
        change(Outcome.FAILED, 1, nowNanos);
        return read(nowNanos);
    }

    synchronized Counts counts(long nowNanos) {
        return read(nowNanos);
    }

    private void change(Outcome outcome, int by, long atNanos) {
        counts.add(CALLS, by, atNanos);
        if (outcome == Outcome.FAILED) {
            counts.add(FAILED, by, atNanos);
        } else if (outcome == Outcome.SLOW) {
            counts.add(SLOW, by, atNanos);
        }
    }

    private Counts read(long nowNanos) {
        return new Counts(counts.sum(CALLS, nowNanos), counts.sum(FAILED, nowNanos), counts.sum(SLOW, nowNanos));
    }

    /** What became of a call. */
    enum Outcome {
        GOOD,
        /** An answer came, but late. */
        SLOW,
        FAILED
    }

    /**
     * What a window holds.
     *
     * @param calls the failed and slow ones included
     */
    record Counts(long calls, long failed, long slow) {
        static final Counts NONE = new Counts(0, 0, 0);

        /** Whether a rule says that these are enough to open; in the ramp a quarter of its minimum volume is enough to judge. */
        boolean trip(BreakerRule rule, boolean inRamp) {
            int minimum = Math.max(1, inRamp ? Math.ceilDiv(rule.minimumCalls(), 4) : rule.minimumCalls());
            return calls >= minimum
                    && (failed * 100 >= calls * rule.failurePercent() || slow * 100 >= calls * rule.slowPercent());
        }

        /** 0 to 1; 0 without calls. */
        double failureRatio() {
            return calls == 0 ? 0 : (double) failed / calls;
        }
    }
}
