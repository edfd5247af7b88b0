// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

/**
 * The arithmetic of a continuously refilling limit: the generic cell rate algorithm (ITU-T I.371) as a meter. What has been used and
 * has not refilled yet is a debt in millionths of a unit, and time is in microseconds, so that no rounding ever admits more, and a
 * changed amount keeps its meaning. {@code quota.lua} says the same in Redis.
 */
public final class Refill {
    /** Millionths in one unit. */
    public static final long UNIT = 1_000_000;

    private Refill() {}

    /** The debt that is left after some time. */
    public static long drained(long debt, long elapsedMicros, LimitRule rule) {
        if (elapsedMicros <= 0 || debt <= 0) {
            return Math.max(0, debt);
        }
        double refilled =
                Math.floor((double) elapsedMicros * rule.amount() / rule.kind().periodSeconds());
        return refilled >= debt ? 0 : debt - (long) refilled;
    }

    /** How long a debt takes to be gone, rounded up; never for an amount of zero. */
    public static long microsUntilGone(long debt, LimitRule rule) {
        if (debt <= 0) {
            return 0;
        }
        return rule.amount() == 0
                ? Standing.NEVER
                : (long) Math.ceil((double) debt * rule.kind().periodSeconds() / rule.amount());
    }

    /** How long until there is room for so many units. */
    public static long waitMicros(long debt, long units, LimitRule rule) {
        return units > rule.burst() ? Standing.NEVER : microsUntilGone(debt + (units - rule.burst()) * UNIT, rule);
    }
}
