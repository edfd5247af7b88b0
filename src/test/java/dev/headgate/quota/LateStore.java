// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.store.memory.MemoryQuotaStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/** A store in memory whose decisions can be held back, as if they were on their way over a network. */
final class LateStore implements QuotaStore {
    private final MemoryQuotaStore store;
    private final Deque<Runnable> held = new ArrayDeque<>();
    private boolean late;
    private boolean lateSettlements;
    private boolean alone;
    private int telling;
    private int mostTold;
    private int asked;

    LateStore(InstantSource clock) {
        this.store = new MemoryQuotaStore(clock);
    }

    /** From now on decisions stay on their way until {@link #deliver}. */
    void holdBack() {
        late = true;
    }

    /** From now on, or no longer, its decisions are told as this process's own. */
    void decideAlone(boolean isAlone) {
        alone = isAlone;
    }

    /** From now on settlements stay on their way. */
    void holdBackSettlements() {
        lateSettlements = true;
    }

    /** What is on its way arrives. */
    void deliver() {
        late = false;
        lateSettlements = false;
        List.copyOf(held).forEach(Runnable::run);
        held.clear();
    }

    /** How many totals it was told at once. */
    int mostTold() {
        return mostTold;
    }

    /** How often it was asked to reserve. */
    int asked() {
        return asked;
    }

    @Override
    public Future<Decision> reserve(Reservation reservation) {
        asked++;
        Future<Decision> exact = store.reserve(reservation);
        Future<Decision> decided = alone ? exact.map(said -> Share.translate(said, reservation)) : exact;
        if (!late) {
            return decided;
        }
        Promise<Decision> arrived = Promise.promise();
        held.add(() -> decided.onComplete(arrived));
        return arrived.future();
    }

    @Override
    public Future<Boolean> settle(String tenant, String id, Amounts actual) {
        if (!lateSettlements) {
            return store.settle(tenant, id, actual);
        }
        Promise<Boolean> settled = Promise.promise();
        held.add(() -> store.settle(tenant, id, actual).onComplete(settled));
        return settled.future();
    }

    @Override
    public Future<List<String>> renew(String tenant, Collection<String> ids, Duration lease) {
        return store.renew(tenant, ids, lease);
    }

    @Override
    public Future<List<Standing>> look(String tenant, List<Limit> limits, TenantCalendar calendar) {
        return store.look(tenant, limits, calendar);
    }

    @Override
    public Future<Standing> reset(String tenant, Limit limit, TenantCalendar calendar) {
        return store.reset(tenant, limit, calendar);
    }

    @Override
    public Future<Standing> credit(String tenant, String node, Limit limit, TenantCalendar calendar, long units) {
        return store.credit(tenant, node, limit, calendar, units);
    }

    @Override
    public Future<Void> republish(String tenant, String node, Collection<Total> totals) {
        mostTold = Math.max(mostTold, ++telling * totals.size());
        return store.republish(tenant, node, totals).andThen(done -> telling--);
    }

    @Override
    public Future<Void> check(String tenant) {
        return store.check(tenant);
    }

    @Override
    public Future<Void> close() {
        return store.close();
    }
}
