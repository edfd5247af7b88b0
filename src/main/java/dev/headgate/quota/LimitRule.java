// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

/**
 * How much of one kind is allowed, to whoever the rule is put on.
 *
 * @param amount requests, tokens, nano-dollars or calls; at most 2<sup>53</sup>-1, for rates 9·10⁹
 * @param burst how much of a rate may be used at once, at least 1; in any time of s seconds at most {@code burst + amount · s /
 *     period} passes. The same as {@code amount} for a kind that is no rate
 * @param observe counts and reports what it would have refused, and refuses nothing
 */
public record LimitRule(LimitKind kind, long amount, long burst, boolean observe, WhenStoreDown whenStoreDown) {
    /** Stores keep numbers that a double holds without loss. */
    public static final long MOST = (1L << 53) - 1;

    /** Stores keep a rate's debt in millionths of a unit. */
    public static final long MOST_OF_A_RATE = 9_000_000_000L;

    public LimitRule {
        long most = kind.isRate() ? MOST_OF_A_RATE : MOST;
        if (amount < 0 || amount > most || burst < 0 || burst > most) {
            throw new IllegalArgumentException(kind.word() + " must be between 0 and " + most);
        }
    }

    /**
     * An enforced limit with the defaults: a sixth of the amount as burst for requests per minute and hour, the whole amount for the
     * other rates; {@code local} for rates and concurrency, {@code allowance} for calendar windows.
     */
    public static LimitRule of(LimitKind kind, long amount) {
        return new LimitRule(
                kind,
                amount,
                defaultBurst(kind, amount),
                false,
                kind.isCalendar() ? WhenStoreDown.ALLOWANCE : WhenStoreDown.LOCAL);
    }

    /** The burst of a rate for which none is configured. */
    public static long defaultBurst(LimitKind kind, long amount) {
        return kind == LimitKind.REQUESTS_PER_MINUTE || kind == LimitKind.REQUESTS_PER_HOUR
                ? Math.ceilDiv(amount, 6)
                : amount;
    }

    public LimitRule withBurst(long other) {
        return new LimitRule(kind, amount, other, observe, whenStoreDown);
    }

    public LimitRule observed() {
        return new LimitRule(kind, amount, burst, true, whenStoreDown);
    }

    public LimitRule whenStoreDown(WhenStoreDown other) {
        return new LimitRule(kind, amount, burst, observe, other);
    }

    /** What one call can take at most, ever. */
    long capacity() {
        return kind.isRate() ? burst : amount;
    }
}
