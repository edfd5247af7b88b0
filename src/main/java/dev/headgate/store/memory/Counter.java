// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.memory;

import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Standing;

/** What was used of one limit. Not thread-safe: its tenant's lock guards it. Times are in microseconds since 1970. */
sealed interface Counter permits RateCounter, WindowCounter, LeaseCounter {
    static Counter of(Limit limit) {
        if (limit.kind().isRate()) {
            return new RateCounter();
        }
        return limit.kind().isCalendar() ? new WindowCounter() : new LeaseCounter();
    }

    /** How long until so many units would be granted: 0 now, {@link Standing#NEVER} never. */
    long waitMicros(LimitRule rule, long units, Moment now);

    /** @param id of the reservation */
    void take(LimitRule rule, long units, String id, long leaseEnd, Moment now);

    /**
     * Corrects what was taken, and ends the lease.
     *
     * @param taken when it was taken
     * @param more what was used beyond the estimate, or less
     */
    void settle(LimitRule rule, long more, String id, Moment taken, long nowMicros);

    void reset(Moment now);

    void credit(LimitRule rule, long units, String node, Moment now);

    Standing standing(Limit limit, long waitMicros, boolean shared, Moment now);

    /** From when on it says no more than a new one would. */
    long idleAt(LimitRule rule);
}
