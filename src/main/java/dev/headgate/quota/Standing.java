// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Where a limit stands after a decision.
 *
 * @param used of a rate, what has not refilled yet, rounded up; may exceed the limit, and be negative after a credit
 * @param resetMicros until nothing is used any more, if nobody uses more; 0 for concurrency
 * @param waitMicros how long until this call would have been granted by this limit: 0 if it is, {@link #NEVER} if it never will be;
 *     for concurrency an estimate of a second
 * @param shared the limit is on a value beyond the bound of live values, which all share one bucket
 */
public record Standing(Limit limit, long used, long resetMicros, long waitMicros, boolean shared) {
    /** The call is larger than the limit. */
    public static final long NEVER = -1;

    /** What is free at this instant. */
    public long remaining() {
        return Math.max(0, limit.rule().capacity() - used);
    }

    /** Whether the limit has no room for the call, and so refuses it unless it only observes. */
    public boolean isExceeded() {
        return waitMicros != 0;
    }

    /** The used part of the limit: 1 is all, more is an overdraft. */
    public double usedRatio() {
        long capacity = limit.rule().capacity();
        return capacity == 0 ? 1 : Math.max(0, (double) used / capacity);
    }

    /**
     * The window that a calendar kind was counted in, whichever clock the store picked it by.
     *
     * @param calendar what the store was given
     * @param now when it answered, by this process's clock
     */
    public Window window(TenantCalendar calendar, Instant now) {
        return calendar.of(limit.kind()).ending(ChronoUnit.MICROS.between(Instant.EPOCH, now) + resetMicros);
    }

    /** At most as long as nanoseconds tell. */
    static Duration duration(long micros) {
        return Duration.ofNanos(Math.min(micros, Long.MAX_VALUE / 1_000) * 1_000);
    }

    public Duration reset() {
        return duration(resetMicros);
    }
}
