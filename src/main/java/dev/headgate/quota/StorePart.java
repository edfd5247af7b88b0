// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.util.function.LongSupplier;

/** A part of a shared store that fails by itself, such as one server of a cluster, as this process knows it. Thread-safe. */
final class StorePart {
    final StoreBreaker breaker;
    final PendingSettlements pending;
    /** A tenant that it counted when it failed last: what it is asked for to see whether it is back. */
    volatile String tenant;

    StorePart(String tenant, LongSupplier nanoTime, int mostPending) {
        this.tenant = tenant;
        this.breaker = new StoreBreaker(nanoTime);
        this.pending = new PendingSettlements(mostPending);
    }

    boolean isAway() {
        return breaker.isOpen();
    }

    boolean isInStep() {
        return !breaker.isOpen() && pending.size() == 0;
    }
}
