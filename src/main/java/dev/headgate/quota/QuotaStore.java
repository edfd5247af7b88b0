// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.metering.UsageOrigin;
import dev.headgate.metering.UsagePart;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Counts what is used, exactly. Every failure is a {@link StoreException}. All operations of a store that several processes share are
 * judged by the store's clock.
 */
public interface QuotaStore {
    /**
     * Takes the estimate from all limits, or from none. Granted means that every enforced limit had room; limits that observe are
     * charged even without. Reserving an id that is known is granted and charges nothing.
     */
    Future<Decision> reserve(Reservation reservation);

    /**
     * Replaces the estimate by what was used, in the windows in which it was reserved, and ends the lease. A store keeps what is not
     * settled for 48 hours, and until then at its estimate.
     *
     * @return whether it changed something: false if it was settled before, or is unknown
     */
    Future<Boolean> settle(String tenant, String id, Amounts actual);

    /** The same, by what the call took of each model. A store that keeps no record of calls counts their sum. */
    default Future<Boolean> settle(UsageOrigin origin, String id, List<UsagePart> parts) {
        return settle(origin.tenant(), id, Amounts.of(UsagePart.sum(parts)));
    }

    /** Notes a call for which nothing was reserved. A store that keeps no record of calls does nothing. */
    default void note(UsageOrigin origin, List<UsagePart> parts) {}

    /** Takes a reservation back as if it had never been. */
    default Future<Boolean> release(String tenant, String id) {
        return settle(tenant, id, Amounts.NONE);
    }

    /**
     * Lets running calls hold their concurrency for another lease from now.
     *
     * @return the ids that are not known, such as after the store was emptied
     */
    Future<List<String>> renew(String tenant, Collection<String> ids, Duration lease);

    /** Where limits stand, without taking anything. */
    Future<List<Standing>> look(String tenant, List<Limit> limits, TenantCalendar calendar);

    /**
     * Begins a limit anew: nothing is used, no call is running. Calls in flight settle only the difference to their estimate.
     *
     * @return where it stands now
     */
    Future<Standing> reset(String tenant, Limit limit, TenantCalendar calendar);

    /**
     * Gives more of a limit, once: in the present window, or at this moment for a rate.
     *
     * @param units of the limit's measure
     * @throws IllegalArgumentException for concurrency, which has nothing to give back
     */
    default Future<Standing> credit(String tenant, Limit limit, TenantCalendar calendar, long units) {
        return credit(tenant, "", limit, calendar, units);
    }

    /**
     * The same, told for a node whose own total of a calendar window has it too from now on.
     *
     * @param node as in {@link #republish}; empty if no node's total has it, and then the store keeps it beside them
     */
    Future<Standing> credit(String tenant, String node, Limit limit, TenantCalendar calendar, long units);

    /**
     * Repairs counters of a store that forgot: each rises to what the nodes have told together, and never falls.
     *
     * @param node a stable name of this process; what it says replaces what it said before
     */
    Future<Void> republish(String tenant, String node, Collection<Total> totals);

    /** Fails if the store, or the part of it that counts a tenant, cannot be written. */
    Future<Void> check(String tenant);

    /** Names the part of the store that counts a tenant, where parts fail one by one, such as the servers of a cluster. */
    default String part(String tenant) {
        return "";
    }

    Future<Void> close();

    /**
     * What a node's own journal says of one calendar window.
     *
     * @param limit of a calendar kind
     */
    record Total(Limit limit, Window window, long used) {}
}
