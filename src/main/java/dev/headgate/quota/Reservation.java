// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.time.Duration;
import java.util.List;

/**
 * A call's wish, made before it runs: all of its limits give what is estimated, or none does.
 *
 * @param id our own, never used twice; reserving it again is not charged again
 * @param limits each kind at most once on each scope
 * @param lease after this long a call that neither settles nor renews no longer counts as running; at most an hour
 * @param account for the record of calls; no limit looks at it
 */
public record Reservation(
        String id,
        String tenant,
        List<Limit> limits,
        Amounts estimate,
        Duration lease,
        TenantCalendar calendar,
        Account account) {
    private static final Duration LONGEST_LEASE = Duration.ofHours(1);

    public Reservation {
        limits = List.copyOf(limits);
        if (lease.isNegative() || lease.isZero() || lease.compareTo(LONGEST_LEASE) > 0) {
            throw new IllegalArgumentException("a lease lasts up to an hour, not " + lease);
        }
    }

    /** Of which nothing is told but the tenant. */
    public Reservation(
            String id, String tenant, List<Limit> limits, Amounts estimate, Duration lease, TenantCalendar calendar) {
        this(id, tenant, limits, estimate, lease, calendar, Account.NONE);
    }

    /** The same wish under another id. */
    Reservation as(String otherId) {
        return new Reservation(otherId, tenant, limits, estimate, lease, calendar, account);
    }

    public Reservation with(List<Limit> other) {
        return new Reservation(id, tenant, other, estimate, lease, calendar, account);
    }
}
