// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.memory;

import dev.headgate.quota.Amounts;
import dev.headgate.quota.Decision;
import dev.headgate.quota.Limit;
import dev.headgate.quota.QuotaStore;
import dev.headgate.quota.Reservation;
import dev.headgate.quota.Standing;
import dev.headgate.quota.TenantCalendar;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts in this process, exactly, for as long as it lives. One lock a tenant; answers are complete when they are given. */
public final class MemoryQuotaStore implements QuotaStore {
    /** How many users and addresses of one tenant have counters of their own. */
    public static final int MOST_LIVE_VALUES = 100_000;

    private final Map<String, TenantBooks> tenants = new ConcurrentHashMap<>();
    private final InstantSource clock;
    private final int mostLive;

    public MemoryQuotaStore(InstantSource clock) {
        this(clock, MOST_LIVE_VALUES);
    }

    /** @param mostLive how many users and addresses of one tenant have counters of their own */
    public MemoryQuotaStore(InstantSource clock, int mostLive) {
        this.clock = clock;
        this.mostLive = mostLive;
    }

    @Override
    public Future<Decision> reserve(Reservation reservation) {
        return Future.succeededFuture(books(reservation.tenant()).reserve(reservation, now()));
    }

    @Override
    public Future<Boolean> settle(String tenant, String id, Amounts actual) {
        return Future.succeededFuture(books(tenant).settle(id, actual, now()));
    }

    @Override
    public Future<List<String>> renew(String tenant, Collection<String> ids, Duration lease) {
        return Future.succeededFuture(books(tenant).renew(ids, now() + lease.toNanos() / 1_000));
    }

    @Override
    public Future<List<Standing>> look(String tenant, List<Limit> limits, TenantCalendar calendar) {
        return Future.succeededFuture(books(tenant).look(limits, calendar, now()));
    }

    @Override
    public Future<Standing> reset(String tenant, Limit limit, TenantCalendar calendar) {
        return Future.succeededFuture(books(tenant).reset(limit, new Moment(now(), calendar)));
    }

    @Override
    public Future<Standing> credit(String tenant, String node, Limit limit, TenantCalendar calendar, long units) {
        return Future.succeededFuture(books(tenant).credit(node, limit, units, new Moment(now(), calendar)));
    }

    @Override
    public Future<Void> republish(String tenant, String node, Collection<Total> totals) {
        totals.forEach(total -> books(tenant).raise(node, total, now()));
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> check(String tenant) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }

    /** How many of a tenant's users and addresses have counters. */
    public int liveValues(String tenant) {
        return books(tenant).liveValues();
    }

    /** How many of a tenant's calls are neither settled nor forgotten. */
    public int unsettled(String tenant) {
        return books(tenant).unsettled();
    }

    private TenantBooks books(String tenant) {
        TenantBooks books = tenants.get(tenant);
        return books != null ? books : tenants.computeIfAbsent(tenant, t -> new TenantBooks(mostLive));
    }

    private long now() {
        Instant now = clock.instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }
}
