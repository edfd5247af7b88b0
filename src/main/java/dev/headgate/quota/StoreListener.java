// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import io.vertx.core.Future;
import java.util.function.Predicate;

/** Hears how the shared store does. Called on any thread; must not block. */
public interface StoreListener {
    /** An operation failed. */
    void failed(StoreException why);

    /** From now on this process decides alone, for all tenants or for those of a server that is lost. */
    void lost(StoreException why);

    /**
     * The store, or its lost server, answers again. It is asked again when the future is complete: the time to tell it what it missed.
     *
     * @param reachable whether a tenant's server answers
     * @param droppedSettlements those that did not fit into memory, and are known only to a journal
     */
    Future<Void> back(Predicate<String> reachable, long droppedSettlements);
}
