// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The record of what calls take and took. It outlives the process, so that a call is counted once and none is forgotten: what a call
 * may take is noted when it begins, what it took when it is settled, and that the store of counters has heard of it when it is
 * confirmed. Everything goes by the call's id, which is never used twice; what is noted a second time changes nothing.
 *
 * <p>No method blocks. Any thread may call them.
 */
public interface UsageJournal {
    /**
     * Notes what a call may take, before anything is sent for it. Fails if the journal cannot be written, and then the call must not
     * be made: nobody could tell what it cost.
     */
    Future<Void> begin(Begin begin);

    /**
     * Notes what a call took. If the journal cannot be written now, it is kept in memory and written later; the future fails only if
     * the journal was to answer for the disk.
     */
    Future<Void> settle(Settlement settlement);

    /** Notes that the store of counters has the settlement, after which the journal only keeps its sum. */
    Future<Void> confirm(String id);

    /**
     * Calls that are not confirmed, oldest first. At a start, before the first call, those without a settlement are of a process that
     * died: they are to be settled at their estimate. Those with one are to be told to the store again, which knows them by their id.
     */
    Future<List<Pending>> pending();

    /** What was counted in windows that have not ended long ago, unsettled calls at their estimate. */
    Future<List<Total>> totals();

    /** The part of the totals that is settled, which never falls. */
    Future<List<Total>> settled();

    Status status();

    /** Fails, with the reason, if calls cannot be noted. */
    Future<Void> check();

    Future<Void> close();

    /**
     * An amount of usage.
     *
     * @param nanoDollars 10⁻⁹ US dollars, or null if the price is not known
     */
    record Amount(long requests, long tokens, @Nullable Long nanoDollars) {}

    /** What is counted of a call. */
    enum Counted {
        REQUESTS,
        TOKENS,
        /** Nano-dollars. */
        MONEY
    }

    /**
     * A counter that a call counts on: a limit, or whatever else shall be summed.
     *
     * @param name unique within the tenant together with {@code counted} and {@code window}
     * @param window the day, week or month, as the counters name it
     * @param endsMicros when the window ends, in microseconds since 1970
     */
    record Charge(String name, Counted counted, String window, long endsMicros) {}

    /** @param atMicros when, in microseconds since 1970 */
    record Begin(String id, String tenant, long atMicros, Amount estimate, List<Charge> charges) {
        public Begin {
            charges = List.copyOf(charges);
        }
    }

    /** @param estimated whether the amount is not by the backend's word */
    record Settlement(String id, long atMicros, Amount actual, boolean estimated) {}

    /** A call that is not confirmed. */
    record Pending(Begin begin, @Nullable Settlement settlement) {}

    /**
     * The sum on a counter.
     *
     * @param unpriced calls whose price is not known, which are missing in a sum of money
     */
    record Total(String tenant, Charge charge, long used, long unpriced) {}

    /**
     * How it goes.
     *
     * @param fault why calls are refused, or null
     * @param pending calls that are not confirmed
     * @param waiting records that are not on the disk yet
     */
    record Status(@Nullable String fault, int pending, int waiting, long bytes) {}
}
