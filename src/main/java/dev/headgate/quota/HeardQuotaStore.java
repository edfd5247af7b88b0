// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Tells listeners every standing that a store answers. To be put around the store that counts exactly: what a process decides by
 * its share says little about the whole limit. Settlements answer no standing, so that what they change is heard with the next
 * decision or look. Thread-safe.
 */
public final class HeardQuotaStore implements QuotaStore {
    private final QuotaStore store;
    private final List<StandingListener> listeners = new CopyOnWriteArrayList<>();

    public HeardQuotaStore(QuotaStore store) {
        this.store = store;
    }

    /** Tells this one too from now on. */
    public void addListener(StandingListener listener) {
        listeners.add(listener);
    }

    @Override
    public Future<Decision> reserve(Reservation wish) {
        return store.reserve(wish).onSuccess(decision -> tell(wish.tenant(), decision.standings(), wish.calendar()));
    }

    @Override
    public Future<Boolean> settle(String tenant, String id, Amounts actual) {
        return store.settle(tenant, id, actual);
    }

    @Override
    public Future<List<String>> renew(String tenant, Collection<String> ids, Duration lease) {
        return store.renew(tenant, ids, lease);
    }

    @Override
    public Future<List<Standing>> look(String tenant, List<Limit> limits, TenantCalendar calendar) {
        return store.look(tenant, limits, calendar).onSuccess(standings -> tell(tenant, standings, calendar));
    }

    @Override
    public Future<Standing> reset(String tenant, Limit limit, TenantCalendar calendar) {
        return store.reset(tenant, limit, calendar).onSuccess(standing -> tell(tenant, List.of(standing), calendar));
    }

    @Override
    public Future<Standing> credit(String tenant, String node, Limit limit, TenantCalendar calendar, long units) {
        return store.credit(tenant, node, limit, calendar, units)
                .onSuccess(standing -> tell(tenant, List.of(standing), calendar));
    }

    @Override
    public Future<Void> republish(String tenant, String node, Collection<Total> totals) {
        return store.republish(tenant, node, totals);
    }

    @Override
    public String part(String tenant) {
        return store.part(tenant);
    }

    @Override
    public Future<Void> check(String tenant) {
        return store.check(tenant);
    }

    @Override
    public Future<Void> close() {
        return store.close();
    }

    private void tell(String tenant, List<Standing> standings, TenantCalendar calendar) {
        for (StandingListener listener : listeners) {
            listener.heard(tenant, standings, calendar);
        }
    }
}
