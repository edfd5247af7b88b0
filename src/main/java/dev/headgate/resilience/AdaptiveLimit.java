// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import java.util.Arrays;

/**
 * How many calls a backend carries at once, found out from the time to its first byte: where that grows, calls queue there. The idea
 * is Gradient2 of Netflix's concurrency-limits: the ratio of a slow baseline to what is seen now, and a square root of the limit as
 * head room to grow into. Three things differ. Windows are judged by their median, and last at least one baseline, because a model
 * takes seconds and one verdict must be felt before the next. The full time of a stream never counts, because it is as long as the
 * answer. And the baseline rises only while the limit is not in use, or in a probe, because a baseline that follows a queue of our
 * own making takes it for normal, and the limit creeps up with it: when the limit was in use and the backend slower than its
 * baseline for half a minute, the limit is halved for a window as long as that helps, which shows the time without the queue (as
 * BBR's PROBE_RTT does). Not thread-safe; time is what the caller says it is.
 */
final class AdaptiveLimit {
    static final int START = 20;
    static final int MIN = 4;
    static final int MAX = 10_000;
    static final long MIN_WINDOW_NANOS = 500_000_000;
    static final int MIN_SAMPLES = 10;

    /** A window may be this much slower than the baseline before the limit shrinks. */
    private static final double TOLERANCE = 1.5;

    private static final double LEAST_GRADIENT = 0.5;
    private static final double OVERLOAD_CUT = 0.9;
    /** The share of a window by which the baseline moves towards it. */
    private static final double DOWN = 0.2;

    private static final double UP = 0.05;
    /** Above this many times the baseline a window is slow enough to wonder whether the queue is ours. */
    private static final double SUSPICIOUS = 1.1;

    private static final long PROBE_AFTER_NANOS = 30_000_000_000L;
    private static final long PROBE_AFTER_BASELINES = 16;
    /** A probe goes on while its median falls below this share of what it was. */
    private static final double PROBE_HELPS = 0.8;

    /** A probe sets the baseline alone, so it must be surer than a window. */
    private static final int PROBE_SAMPLES = 30;

    private static final int MOST_SAMPLES = 500;

    private final long[] samples = new long[MOST_SAMPLES];
    private double limit = START;
    private double baseline;
    private long windowFrom;
    private boolean opened;
    private int count;
    private int overloads;
    private int peak;
    private long suspiciousSince = Long.MIN_VALUE;
    private double probe;
    private double fastest;

    /** How many calls may be under way at once, {@value #MIN} to {@value #MAX}. */
    int limit() {
        return (int) (probe > 0 ? probe : limit);
    }

    /**
     * An answer began.
     *
     * @param nanos from the request to its first byte
     * @param inUse calls under way, this one included
     */
    void firstByte(long nowNanos, long nanos, int inUse) {
        if (!counts(nowNanos)) {
            return;
        }
        peak = Math.max(peak, inUse);
        if (count < MOST_SAMPLES) {
            samples[count++] = nanos;
        }
        judge(nowNanos);
    }

    /** The backend said, or showed by its silence, that it has too much to do. */
    void overloaded(long nowNanos) {
        if (counts(nowNanos)) {
            overloads++;
            judge(nowNanos);
        }
    }

    /** Whether the window is open; after a cut it opens later, so that calls of the time before are not held against it. */
    private boolean counts(long nowNanos) {
        if (!opened) {
            opened = true;
            windowFrom = nowNanos;
        }
        return nowNanos - windowFrom >= 0;
    }

    private void judge(long nowNanos) {
        int enough = Math.max(probe > 0 ? PROBE_SAMPLES : MIN_SAMPLES, Math.min(peak, MOST_SAMPLES));
        long longEnough = Math.max(MIN_WINDOW_NANOS, (long) baseline);
        if (count + overloads < enough || nowNanos - windowFrom < longEnough) {
            return;
        }
        double median = median();
        int before = limit();
        if (overloads > 0) {
            probe = 0;
            limit = bounded(limit * OVERLOAD_CUT);
        } else if (probe > 0) {
            goOnProbing(median);
        } else {
            follow(nowNanos, median);
        }
        windowFrom = limit() == before ? nowNanos : nowNanos + (long) median;
        count = 0;
        overloads = 0;
        peak = 0;
    }

    private void follow(long nowNanos, double median) {
        boolean used = peak * 2 >= limit;
        learn(median, used);
        if (!used) {
            suspiciousSince = Long.MIN_VALUE;
            return;
        }
        if (median <= baseline * SUSPICIOUS) {
            suspiciousSince = Long.MIN_VALUE;
        } else if (suspiciousSince == Long.MIN_VALUE) {
            suspiciousSince = nowNanos;
        } else if (limit > MIN
                && nowNanos - suspiciousSince > Math.max(PROBE_AFTER_NANOS, PROBE_AFTER_BASELINES * (long) baseline)) {
            fastest = median;
            probe = Math.max(MIN, limit / 2);
            return;
        }
        double gradient = Math.clamp(TOLERANCE * baseline / median, LEAST_GRADIENT, 1);
        limit = bounded(limit * gradient + Math.sqrt(limit));
    }

    private void learn(double median, boolean used) {
        if (baseline == 0) {
            baseline = median;
        } else if (median < baseline) {
            baseline += DOWN * (median - baseline);
        } else if (!used) {
            baseline += UP * (median - baseline);
        }
    }

    private void goOnProbing(double median) {
        boolean known = median <= baseline * SUSPICIOUS;
        boolean helped = median < PROBE_HELPS * fastest;
        if (helped && !known && probe > MIN) {
            fastest = median;
            limit = probe;
            probe = Math.max(MIN, probe / 2);
            return;
        }
        baseline = known ? Math.min(baseline, median) : Math.min(fastest, median);
        probe = 0;
        suspiciousSince = Long.MIN_VALUE;
    }

    private static double bounded(double wanted) {
        return Math.clamp(wanted, MIN, MAX);
    }

    private double median() {
        if (count == 0) {
            return baseline;
        }
        Arrays.sort(samples, 0, count);
        return (samples[(count - 1) / 2] + samples[count / 2]) / 2.0;
    }
}
