// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.Priority;

/**
 * Decides which calls one event loop takes when it has more to do than it can. The sign of that is that its turns are late, not how
 * many calls there are: streams that only wait are no load. Lateness counts when it stands, so a window is judged by its
 * least late turn, as CoDel judges a queue by its least delay (RFC 8289): one long turn or a garbage collection is no overload. While
 * it stands, the rate shrinks until less is taken than ends, which is what the loop carries; not further, because calls that were
 * taken before go on to make work for as long as their streams last. Afterwards the rate grows back. Calls that are not critical get
 * at most 80 % of it and leave what critical ones asked for before, low ones get at most 50 %; critical ones are refused only when
 * they alone are more than it and turns are very late. Pure, time is what the caller says it is; confined to one event loop.
 */
final class LoadShedder {
    /**
     * How late turns may be. A model's first token takes hundreds of milliseconds, so nobody feels 50 more; a loop that keeps up is
     * late by one or two, and by ten when a large body is parsed.
     */
    static final long TARGET_NANOS = 50_000_000;

    /** How long lateness has to stand before anything is shed, so that a burst into a cold process is let in. */
    static final long FIRST_WINDOW_NANOS = 500_000_000;

    /** How late turns may be before critical calls are refused too: to be served late is better for them than not to be served. */
    static final long CRITICAL_TARGET_NANOS = 500_000_000;

    /** How often the rate is looked at while calls are shed. */
    static final long WINDOW_NANOS = 100_000_000;

    /** Turns that a window holds at least, so that no single one decides. */
    static final int MIN_TURNS = 5;

    /** Where turns are very late, two of them in this time decide. */
    private static final long LONG_WINDOW_NANOS = 1_000_000_000;
    /**
     * How long a late turn may go on to take calls that are not critical. Each turn handles what came during the one before, so one
     * that takes seconds would be followed by another before anything is judged.
     */
    static final long LONGEST_TURN_NANOS = 500_000_000;

    private static final double DEFAULT_SHARE = 0.8;
    private static final double LOW_SHARE = 0.5;
    private static final double STRONGEST_CUT = 0.5;
    private static final double WEAKEST_CUT = 0.9;
    private static final double GROWTH = 1.05;
    /** The least rate, in calls a second, because shedding them too would not help. */
    private static final double LEAST_RATE = 10;
    /** Windows in a row without a refusal or lateness after which the rate is no longer bounded. */
    private static final int CALM_WINDOWS = 10;
    /** Weight of a window in the average of what ends. */
    private static final double NEWEST = 0.2;

    private boolean bounded;
    private double perSecond;
    private double endedPerSecond;
    private long windowFrom;
    /** Length of the window before: a turn handles what came while the one before it lasted. */
    private long lastNanos = WINDOW_NANOS;

    private int turns;
    /** When this turn's first call came that found the turn late; 0 if none has. */
    private long lateSince;

    private long leastLate = Long.MAX_VALUE;
    private int othersTaken;
    private int criticalTaken;
    private int criticalOffered;
    private boolean criticalBounded;
    private int ended;
    private boolean refused;
    private int calm;
    private double criticalBefore;

    /** Begins a window, after a time in which nobody looked at the loop. */
    void restart(long nowNanos) {
        lastNanos = WINDOW_NANOS;
        lateSince = 0;
        begin(nowNanos);
    }

    /** Told about every 20 ms how late the loop came to say so. */
    void turn(long nowNanos, long lateNanos) {
        turns++;
        lateSince = 0;
        leastLate = Math.min(leastLate, lateNanos);
        long length = nowNanos - windowFrom;
        long enough = bounded ? WINDOW_NANOS : FIRST_WINDOW_NANOS;
        if (turns >= MIN_TURNS ? length >= enough : turns >= 2 && length >= LONG_WINDOW_NANOS) {
            lastNanos = length;
            judge(lastNanos / 1e9);
            begin(nowNanos);
        }
    }

    /**
     * Whether a call is taken now; one that is taken counts.
     *
     * @param lateNanos how late this turn is already; not positive if it is not
     */
    boolean takes(Priority priority, long nowNanos, long lateNanos) {
        criticalOffered += priority == Priority.CRITICAL ? 1 : 0;
        boolean taken = priority == Priority.CRITICAL || !isEndless(nowNanos, lateNanos);
        if (taken && bounded) {
            taken = fits(priority, Math.max(lastNanos, nowNanos - windowFrom) / 1e9);
        }
        if (taken) {
            count(priority);
        } else {
            refused = true;
        }
        return taken;
    }

    /** Counts a call that is taken in any case. */
    void count(Priority priority) {
        if (priority == Priority.CRITICAL) {
            criticalTaken++;
        } else {
            othersTaken++;
        }
    }

    /** A call that was taken is over. */
    void ended() {
        ended++;
    }

    /** Whether nothing came or ended in this window, and nothing is bounded. */
    boolean isQuiet() {
        return !bounded && othersTaken + criticalTaken + ended == 0;
    }

    private boolean isEndless(long nowNanos, long lateNanos) {
        if (lateNanos > 0 && lateSince == 0) {
            lateSince = nowNanos;
        }
        return lateSince != 0 && nowNanos - lateSince > LONGEST_TURN_NANOS;
    }

    private boolean fits(Priority priority, double seconds) {
        if (priority == Priority.CRITICAL) {
            return !criticalBounded || criticalTaken < perSecond * seconds;
        }
        double share = priority == Priority.LOW ? LOW_SHARE : DEFAULT_SHARE;
        return othersTaken < Math.min(share * perSecond, perSecond - criticalBefore) * seconds;
    }

    private void judge(double seconds) {
        double taken = (othersTaken + criticalTaken) / seconds;
        endedPerSecond += NEWEST * (ended / seconds - endedPerSecond);
        criticalBefore = criticalOffered / seconds;
        criticalBounded = leastLate > CRITICAL_TARGET_NANOS;
        if (leastLate > TARGET_NANOS) {
            // The average knows little yet when calls have only begun to come.
            shrink(
                    taken,
                    Math.max(endedPerSecond, ended / seconds),
                    Math.clamp((double) TARGET_NANOS / leastLate, STRONGEST_CUT, WEAKEST_CUT));
        } else if (bounded) {
            perSecond = perSecond * GROWTH + 1;
            calm = refused ? 0 : calm + 1;
            bounded = calm < CALM_WINDOWS;
        }
    }

    private void shrink(double taken, double ends, double factor) {
        calm = 0;
        double carried = ends * factor;
        if (taken > carried) {
            perSecond = Math.max(LEAST_RATE, bounded ? perSecond * Math.max(STRONGEST_CUT, carried / taken) : carried);
            bounded = true;
        }
    }

    private void begin(long nowNanos) {
        windowFrom = nowNanos;
        turns = 0;
        leastLate = Long.MAX_VALUE;
        othersTaken = 0;
        criticalTaken = 0;
        criticalOffered = 0;
        ended = 0;
        refused = false;
    }
}
