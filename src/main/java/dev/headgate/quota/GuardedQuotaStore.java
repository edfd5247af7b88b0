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
 * is back. Thread-safe.
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
    private final StoreBreaker breaker = new StoreBreaker(System::nanoTime);
    private final PendingSettlements pending = new PendingSettlements(MOST_PENDING);
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

    /** Who decides now. */
    public Decision.Source source() {
        return breaker.isOpen() ? Decision.Source.LOCAL : Decision.Source.EXACT;
    }

    /** How many settlements wait for the shared store. */
    public int pendingSettlements() {
        return pending.size();
    }

    /** Whether the shared store is asked, and no settlement waits for it. */
    public boolean isInStep() {
        return !breaker.isOpen() && pending.size() == 0;
    }

    @Override
    public Future<Decision> reserve(Reservation wish) {
        if (breaker.isOpen()) {
            return alone(wish);
        }
        return shared.reserve(wish)
                .map(decision -> remember(wish.tenant(), decision))
                .recover(failure -> {
                    // It may have been charged all the same; taking back what is unknown does nothing.
                    pending.add(wish.tenant(), wish.id(), Amounts.NONE);
                    failed(failure);
                    return alone(wish);
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

    private Future<Decision> alone(Reservation wish) {
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
        if (breaker.isOpen()) {
            pending.add(tenant, id, actual);
            return Future.succeededFuture(true);
        }
        return shared.settle(tenant, id, actual).recover(failure -> {
            pending.add(tenant, id, actual);
            failed(failure);
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
        Future<List<String>> there = theirs.isEmpty() || breaker.isOpen()
                ? none()
                : shared.renew(tenant, theirs, lease).recover(failure -> {
                    failed(failure);
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
        if (breaker.isOpen()) {
            return local.look(tenant, shares(tenant, limits), calendar);
        }
        return shared.look(tenant, limits, calendar).recover(failure -> {
            failed(failure);
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
    public Future<Void> check() {
        return shared.check();
    }

    @Override
    public Future<Void> close() {
        closed = true;
        return Future.join(shared.close(), local.close()).mapEmpty();
    }

    private void failed(Throwable failure) {
        StoreException why = failure instanceof StoreException known
                ? known
                : new StoreException(StoreException.Cause.FAILED, String.valueOf(failure));
        listener.failed(why);
        if (breaker.failed(why)) {
            listener.lost(why);
            probeLater();
        } else if (!breaker.isOpen() && pending.size() > 0) {
            flushSoon();
        }
    }

    private void flushSoon() {
        vertx.setTimer(PROBE_MILLIS, timer -> {
            if (!closed && !breaker.isOpen()) {
                flush().onFailure(this::failed);
            }
        });
    }

    private void probeLater() {
        vertx.setTimer(PROBE_MILLIS, timer -> {
            if (!closed) {
                // One node of a cluster may still be away; what waits for it must not keep all others from being asked.
                shared.check()
                        .compose(answered -> flush().otherwiseEmpty())
                        .compose(flushed -> listener.back(pending.takeDropped()))
                        .compose(told -> forgetShares())
                        .onSuccess(ready -> {
                            breaker.close();
                            if (pending.size() > 0) {
                                flushSoon();
                            }
                        })
                        .onFailure(still -> probeLater());
            }
        });
    }

    /** Sends what waits; what fails waits on. */
    private Future<Void> flush() {
        List<PendingSettlements.Settlement> some = pending.take(SETTLE_AT_ONCE);
        if (some.isEmpty()) {
            return Future.succeededFuture();
        }
        List<Future<Boolean>> sent = some.stream()
                .map(one -> shared.settle(one.tenant(), one.id(), one.actual())
                        .onFailure(failure -> pending.add(one.tenant(), one.id(), one.actual())))
                .toList();
        return Future.join(sent).compose(all -> flush());
    }

    /** The next outage begins with a fresh allowance, measured by what is left then. */
    private Future<Void> forgetShares() {
        List<Future<Standing>> resets = new ArrayList<>();
        spent.forEach((counted, calendar) -> {
            @Nullable TenantCalendar last = spent.remove(counted);
            if (last != null) {
                Limit limit = new Limit(counted.scope(), LimitRule.of(counted.kind(), 0));
                resets.add(local.reset(counted.tenant(), limit, last));
            }
        });
        return Future.join(resets).mapEmpty();
    }
}
