// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The record of what calls take and took. It outlives the process, so that a call is counted once and none is forgotten: what a call
 * may take is noted when it begins, what it took when it is settled, and that the store of counters has heard of it when it is
 * confirmed. Everything goes by the call's id, which is never used twice; what is noted a second time changes nothing. Calls that fall
 * under no budget are noted only when they are over.
 *
 * <p>Besides the counters of budgets it keeps rows: what the calls of a tenant's key on a route took of a model on a day, as settled.
 * They are kept for the present month and the two before.
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

    /**
     * Adds a call to the rows that was never begun here. If the journal cannot be written now, sums are kept in memory and written
     * later.
     */
    void count(UsageOrigin origin, List<UsagePart> parts);

    /** Corrects a counter, as a reset or a credit does. Fails as {@link #settle} does. */
    Future<Void> adjust(Total difference);

    /** Notes that the store of counters has the settlement, after which the journal only keeps its sum. */
    Future<Void> confirm(String id);

    /**
     * Calls that are not confirmed, oldest first. At a start, before the first call, those without a settlement are of a process that
     * died: they are to be settled at their estimate. Those with one are to be told to the store again, which knows them by their id.
     */
    Future<List<Pending>> pending();

    /** What was counted in windows that have not ended long ago, unsettled calls at their estimate. */
    Future<List<Total>> totals();

    /**
     * The part of the totals that the store of counters has heard of; only corrections let it fall. What is settled and not confirmed is
     * not in it: the store would count it twice when it hears of it.
     */
    Future<List<Total>> confirmed();

    /** What is settled, by rows from a day on. */
    Future<Rows> rows(String fromDay);

    /** A name that this journal was given when it was made, and that no other has. */
    Future<String> id();

    Status status();

    /** Fails, with the reason, if calls cannot be noted. */
    Future<Void> check();

    Future<Void> close();

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

    /**
     * A call that begins.
     *
     * @param atMicros when, in microseconds since 1970
     * @param estimate what it counts as if nobody settles it
     */
    record Begin(String id, UsageOrigin origin, long atMicros, UsageSum estimate, List<Charge> charges) {
        public Begin {
            charges = List.copyOf(charges);
        }

        public String tenant() {
            return origin.tenant();
        }
    }

    /** What a call took; nothing at all if it was taken back. */
    record Settlement(String id, long atMicros, List<UsagePart> parts) {
        public Settlement {
            parts = List.copyOf(parts);
        }

        public UsageSum actual() {
            return UsagePart.sum(parts);
        }
    }

    /** A call that is not confirmed. */
    record Pending(Begin begin, @Nullable Settlement settlement) {}

    /**
     * The sum on a counter.
     *
     * @param unpriced calls whose price is not known, which are missing in a sum of money
     */
    record Total(String tenant, Charge charge, long used, long unpriced) {}

    /**
     * Rows as this process knows them.
     *
     * @param fault why they may not be all, such as a disk that cannot be read, or null
     */
    record Rows(List<UsageRow> rows, @Nullable String fault) {}

    /**
     * How it goes.
     *
     * @param fault why calls are refused, or null
     * @param pending calls that are not confirmed
     * @param waiting records that are not on the disk yet
     */
    record Status(@Nullable String fault, int pending, int waiting, long bytes) {}
}
