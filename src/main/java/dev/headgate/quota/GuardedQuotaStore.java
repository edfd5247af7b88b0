// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A shared store, and what happens without it: a call whose reservation fails is decided by this process's share of each limit, and
 * after a few failures the shared store is not asked until it answers a probe. Settlements that it missed are kept and sent when it
 * is back. Where servers of the store count different tenants, one that fails concerns its tenants alone. Thread-safe.
 */
public final class GuardedQuotaStore implements QuotaStore {
    private static final long PROBE_MILLIS = 500;
    private static final int MOST_PENDING = 100_000;
    private static final int SETTLE_AT_ONCE = 256;

    private final Vertx vertx;
    private final QuotaStore shared;
    private final QuotaStore local;
    private final IntSupplier liveNodes;
    private final StoreListener listener;
    private final Map<String, StorePart> parts = new ConcurrentHashMap<>();
    /**
     * Tenants for whom this process has decided alone, by the part that was to. They stay with it until it is repaired, even if another
     * server takes its place meanwhile: what this process granted must be told before anybody asks.
     */
    private final Map<String, StorePart> away = new ConcurrentHashMap<>();
    /** What this process granted by itself and is not settled. */
    private final Set<Held> held = ConcurrentHashMap.newKeySet();
    /** What was left of calendar windows when the shared store last said so; not of users and addresses, which are too many. */
    private final Map<Counted, Long> remaining = new ConcurrentHashMap<>();
    /** The windows of which this process has spent a part by itself. */
    private final Map<Counted, TenantCalendar> spent = new ConcurrentHashMap<>();

    private volatile boolean closed;

    private record Held(String tenant, String id) {}

    private record Counted(String tenant, Scope scope, LimitKind kind) {
        Counted(String tenant, Limit limit) {
            this(tenant, limit.scope(), limit.kind());
        }
    }

    /**
     * @param local counts the shares
     * @param liveNodes how many processes divide a limit, at least one
     */
    public GuardedQuotaStore(
            Vertx vertx, QuotaStore shared, QuotaStore local, IntSupplier liveNodes, StoreListener listener) {
        this.vertx = vertx;
        this.shared = shared;
        this.local = local;
        this.liveNodes = liveNodes;
        this.listener = listener;
    }

    /** Who decides now: this process as soon as it does for some tenants. */
    public Decision.Source source() {
        return parts.values().stream().anyMatch(StorePart::isAway) ? Decision.Source.LOCAL : Decision.Source.EXACT;
    }

    /** Who decides for a tenant now. */
    public Decision.Source source(String tenant) {
        return partOf(tenant).isAway() ? Decision.Source.LOCAL : Decision.Source.EXACT;
    }

    /** How many settlements wait for the shared store. */
    public int pendingSettlements() {
        return parts.values().stream().mapToInt(part -> part.pending.size()).sum();
    }

    /** Whether the shared store is asked for a tenant, and no settlement waits for the part of it that counts the tenant. */
    public boolean isInStep(String tenant) {
        return partOf(tenant).isInStep();
    }

    private StorePart partOf(String tenant) {
        StorePart waitedFor = away.get(tenant);
        return waitedFor != null && waitedFor.isAway()
                ? waitedFor
                : parts.computeIfAbsent(
                        shared.part(tenant), name -> new StorePart(tenant, System::nanoTime, MOST_PENDING));
    }

    @Override
    public Future<Decision> reserve(Reservation wish) {
        StorePart part = partOf(wish.tenant());
        if (part.isAway()) {
            return alone(wish, part);
        }
        return shared.reserve(wish)
                .map(decision -> remember(wish.tenant(), decision))
                .recover(failure -> {
                    // It may have been charged all the same; taking back what is unknown does nothing.
                    part.pending.add(wish.tenant(), wish.id(), Amounts.NONE);
                    failed(failure, wish.tenant(), part);
                    return alone(wish, part);
                });
    }

    private Decision remember(String tenant, Decision decision) {
        for (Standing standing : decision.standings()) {
            Limit limit = standing.limit();
            if (limit.kind().isCalendar() && !limit.scope().type().isOpen()) {
                remaining.put(new Counted(tenant, limit), standing.remaining());
            }
        }
        return decision;
    }

    private Future<Decision> alone(Reservation wish, StorePart part) {
        away.put(wish.tenant(), part);
        List<Limit> shares = shares(wish.tenant(), wish.limits());
        return local.reserve(wish.with(shares)).map(decision -> {
            if (decision instanceof Decision.Granted) {
                held.add(new Held(wish.tenant(), wish.id()));
                for (Limit limit : shares) {
                    if (limit.kind().isCalendar()) {
                        spent.put(new Counted(wish.tenant(), limit), wish.calendar());
                    }
                }
            }
            return Share.translate(decision, wish);
        });
    }

    private List<Limit> shares(String tenant, List<Limit> limits) {
        return Share.of(
                limits,
                Math.max(1, liveNodes.getAsInt()),
                limit -> remaining.getOrDefault(new Counted(tenant, limit), Long.MAX_VALUE));
    }

    /** Succeeds also if the shared store has to be told later. */
    @Override
    public Future<Boolean> settle(String tenant, String id, Amounts actual) {
        if (held.remove(new Held(tenant, id))) {
            return local.settle(tenant, id, actual);
        }
        StorePart part = partOf(tenant);
        if (part.isAway()) {
            part.pending.add(tenant, id, actual);
            return Future.succeededFuture(true);
        }
        return shared.settle(tenant, id, actual).recover(failure -> {
            part.pending.add(tenant, id, actual);
            failed(failure, tenant, part);
            return Future.succeededFuture(true);
        });
    }

    @Override
    public Future<List<String>> renew(String tenant, Collection<String> ids, Duration lease) {
        List<String> ours =
                ids.stream().filter(id -> held.contains(new Held(tenant, id))).toList();
        List<String> theirs =
                ids.stream().filter(id -> !held.contains(new Held(tenant, id))).toList();
        Future<List<String>> here = ours.isEmpty() ? none() : local.renew(tenant, ours, lease);
        StorePart part = partOf(tenant);
        Future<List<String>> there = theirs.isEmpty() || part.isAway()
                ? none()
                : shared.renew(tenant, theirs, lease).recover(failure -> {
                    failed(failure, tenant, part);
                    return none();
                });
        return Future.all(here, there).map(both -> {
            List<String> unknown = new ArrayList<>(here.result());
            unknown.addAll(there.result());
            return unknown;
        });
    }

    private static Future<List<String>> none() {
        return Future.succeededFuture(List.of());
    }

    /** While the shared store is away, where this process's shares stand. */
    @Override
    public Future<List<Standing>> look(String tenant, List<Limit> limits, TenantCalendar calendar) {
        StorePart part = partOf(tenant);
        if (part.isAway()) {
            return local.look(tenant, shares(tenant, limits), calendar);
        }
        return shared.look(tenant, limits, calendar).recover(failure -> {
            failed(failure, tenant, part);
            return local.look(tenant, shares(tenant, limits), calendar);
        });
    }

    @Override
    public Future<Standing> reset(String tenant, Limit limit, TenantCalendar calendar) {
        return shared.reset(tenant, limit, calendar);
    }

    @Override
    public Future<Standing> credit(String tenant, String node, Limit limit, TenantCalendar calendar, long units) {
        return shared.credit(tenant, node, limit, calendar, units);
    }

    @Override
    public Future<Void> republish(String tenant, String node, Collection<Total> totals) {
        return shared.republish(tenant, node, totals);
    }

    @Override
    public String part(String tenant) {
        return shared.part(tenant);
    }

    @Override
    public Future<Void> check(String tenant) {
        return shared.check(tenant);
    }

    @Override
    public Future<Void> close() {
        closed = true;
        return Future.join(shared.close(), local.close()).mapEmpty();
    }

    private void failed(Throwable failure, String tenant, StorePart part) {
        StoreException why = failure instanceof StoreException known
                ? known
                : new StoreException(StoreException.Cause.FAILED, String.valueOf(failure));
        part.tenant = tenant;
        listener.failed(why);
        if (part.breaker.failed(why)) {
            listener.lost(why);
            probeLater(part);
        } else if (!part.isAway() && part.pending.size() > 0) {
            flushSoon(part);
        }
    }

    private void flushSoon(StorePart part) {
        vertx.setTimer(PROBE_MILLIS, timer -> {
            if (!closed && !part.isAway()) {
                flush(part).onFailure(failure -> failed(failure, part.tenant, part));
            }
        });
    }

    private void probeLater(StorePart part) {
        vertx.setTimer(PROBE_MILLIS, timer -> {
            if (!closed) {
                shared.check(part.tenant)
                        .compose(answered -> flush(part))
                        .compose(flushed ->
                                listener.back(tenant -> isToBeTold(tenant, part), part.pending.takeDropped()))
                        .compose(told -> forgetShares(part))
                        .onSuccess(ready -> back(part))
                        .onFailure(still -> probeLater(part));
            }
        });
    }

    /** Those of the part that comes back, and all whose part has not gone away. */
    private boolean isToBeTold(String tenant, StorePart back) {
        StorePart part = partOf(tenant);
        return part == back || !part.isAway();
    }

    private void back(StorePart part) {
        part.breaker.close();
        away.values().removeIf(other -> other == part);
        if (part.pending.size() > 0) {
            flushSoon(part);
        }
    }

    /** Sends what waits; what fails waits on. */
    private Future<Void> flush(StorePart part) {
        List<PendingSettlements.Settlement> some = part.pending.take(SETTLE_AT_ONCE);
        if (some.isEmpty()) {
            return Future.succeededFuture();
        }
        List<Future<Boolean>> sent = some.stream()
                .map(one -> shared.settle(one.tenant(), one.id(), one.actual())
                        .onFailure(failure -> part.pending.add(one.tenant(), one.id(), one.actual())))
                .toList();
        return Future.join(sent).compose(all -> flush(part));
    }

    /** The next outage begins with a fresh allowance, measured by what is left then. */
    private Future<Void> forgetShares(StorePart part) {
        List<Future<Standing>> resets = new ArrayList<>();
        spent.forEach((counted, calendar) -> {
            @Nullable TenantCalendar last = away.get(counted.tenant()) == part ? spent.remove(counted) : null;
            if (last != null) {
                Limit limit = new Limit(counted.scope(), LimitRule.of(counted.kind(), 0));
                resets.add(local.reset(counted.tenant(), limit, last));
            }
        });
        return Future.join(resets).mapEmpty();
    }
}
