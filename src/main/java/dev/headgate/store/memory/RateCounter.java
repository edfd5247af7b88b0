// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.memory;

import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Refill;
import dev.headgate.quota.Standing;

/** A debt that refills away. */
final class RateCounter implements Counter {
    private long debt;
    private long at;
    /** When there was none before. */
    private long since;

    @Override
    public long waitMicros(LimitRule rule, long units, Moment now) {
        return Refill.waitMicros(debt(rule, now.micros()), units, rule);
    }

    @Override
    public void take(LimitRule rule, long units, String id, long leaseEnd, Moment now) {
        add(rule, units, now.micros());
    }

    @Override
    public void settle(LimitRule rule, long more, String id, Moment taken, long nowMicros) {
        // What has refilled since it was taken is not given back: it would be taken twice at once.
        if (more > 0 || (more < 0 && taken.micros() >= since)) {
            add(rule, more, nowMicros);
        }
    }

    @Override
    public void reset(Moment now) {
        debt = 0;
    }

    @Override
    public void credit(LimitRule rule, long units, String node, Moment now) {
        add(rule, -units, now.micros());
    }

    @Override
    public Standing standing(Limit limit, long waitMicros, boolean shared, Moment now) {
        long left = debt(limit.rule(), now.micros());
        long gone = Math.max(0, Refill.microsUntilGone(left, limit.rule()));
        return new Standing(limit, Math.ceilDiv(left, Refill.UNIT), gone, waitMicros, shared);
    }

    @Override
    public long idleAt(LimitRule rule) {
        long gone = Refill.microsUntilGone(debt, rule);
        return gone == Standing.NEVER ? Long.MAX_VALUE : at + gone;
    }

    private void add(LimitRule rule, long units, long nowMicros) {
        long millionths = Refill.UNIT * Math.clamp(units, -LimitRule.MOST_OF_A_RATE, LimitRule.MOST_OF_A_RATE);
        long left = debt(rule, nowMicros);
        since = left == 0 ? nowMicros : since;
        debt = Math.clamp(left + millionths, 0, LimitRule.MOST);
        at = Math.max(at, nowMicros);
    }

    private long debt(LimitRule rule, long nowMicros) {
        return Refill.drained(debt, nowMicros - at, rule);
    }
}
