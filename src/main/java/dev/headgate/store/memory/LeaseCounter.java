// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.memory;

import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Standing;
import java.util.HashMap;
import java.util.Map;

/** The calls that are running, each until its lease ends. */
final class LeaseCounter implements Counter {
    private static final long TRY_AGAIN = 1_000_000;

    private final Map<String, Long> ends = new HashMap<>();
    /** No lease ends before. */
    private long firstEnd = Long.MAX_VALUE;

    @Override
    public long waitMicros(LimitRule rule, long units, Moment now) {
        if (rule.amount() == 0) {
            return Standing.NEVER;
        }
        return running(now.micros()) < rule.amount() ? 0 : TRY_AGAIN;
    }

    @Override
    public void take(LimitRule rule, long units, String id, long leaseEnd, Moment now) {
        renew(id, leaseEnd);
    }

    void renew(String id, long leaseEnd) {
        ends.put(id, leaseEnd);
        firstEnd = Math.min(firstEnd, leaseEnd);
    }

    @Override
    public void settle(LimitRule rule, long more, String id, Moment taken, long nowMicros) {
        ends.remove(id);
    }

    @Override
    public void reset(Moment now) {
        ends.clear();
    }

    @Override
    public void credit(LimitRule rule, long units, String node, Moment now) {
        throw new IllegalArgumentException("concurrency has nothing to give back");
    }

    @Override
    public Standing standing(Limit limit, long waitMicros, boolean shared, Moment now) {
        return new Standing(limit, running(now.micros()), 0, waitMicros, shared);
    }

    @Override
    public long idleAt(LimitRule rule) {
        return ends.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    private int running(long nowMicros) {
        if (firstEnd <= nowMicros) {
            ends.values().removeIf(end -> end <= nowMicros);
            firstEnd = ends.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
        }
        return ends.size();
    }
}
