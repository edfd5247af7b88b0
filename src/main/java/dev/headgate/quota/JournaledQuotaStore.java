// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.metering.UsageJournal;
import dev.headgate.metering.UsageJournal.Begin;
import dev.headgate.metering.UsageJournal.Charge;
import dev.headgate.metering.UsageJournal.Pending;
import dev.headgate.metering.UsageJournal.Settlement;
import dev.headgate.metering.UsageOrigin;
import dev.headgate.metering.UsagePart;
import dev.headgate.metering.UsageSum;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store whose days, weeks and months survive it: what calls take of them is noted in a journal before it is granted, and told to the
 * store again after a start or when the store forgot. Of calls without such limits only what they took is noted. Thread-safe.
 *
 * <p>Resets and credits of windows are in the journal too, as less that was used: what this node tells of itself has them, and the store
 * is told of each under this node's name and nowhere else, so that none counts twice. For that, nothing is told while one is made: an
 * older total would undo it. The journal picks windows by this process's clock: within its difference to the store's clock a call at
 * midnight may be noted in the neighbouring window.
 */
public final class JournaledQuotaStore implements QuotaStore {
    private static final Logger LOG = LoggerFactory.getLogger(JournaledQuotaStore.class);
    private static final int AT_ONCE = 64;
    /** Few, because Redis does nothing else meanwhile, and there are as many as users with budgets. */
    private static final int TOTALS_AT_ONCE = 100;

    private final QuotaStore store;
    private final UsageJournal journal;
    private final Predicate<String> inStep;
    private final InstantSource clock;
    /** Calls of this process that are noted and not settled. */
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    /** Ends when this store has been told everything so far. */
    private Future<?> telling = Future.succeededFuture();

    private record Batch(String tenant, List<Total> totals) {}

    /**
     * @param inStep whether the store has what it said to have taken of a tenant, such as {@link GuardedQuotaStore#isInStep}; asked after each settlement
     */
    public JournaledQuotaStore(QuotaStore store, UsageJournal journal, Predicate<String> inStep, InstantSource clock) {
        this.store = store;
        this.journal = journal;
        this.inStep = inStep;
        this.clock = clock;
    }

    /**
     * Settles the calls of a process that died at their estimate, and tells the store what it may have missed. To be complete before the
     * first call. If only the store fails, {@link #catchUp} does the rest later.
     */
    public Future<Void> replay() {
        return journal.pending()
                .compose(calls -> inTurn(calls, AT_ONCE, this::endDead))
                .compose(ended -> resend(tenant -> true))
                .compose(sent -> republish(tenant -> true))
                .recover(cause -> Future.failedFuture(failure(cause)));
    }

    private Future<Void> endDead(Pending call) {
        Begin begin = call.begin();
        return call.settlement() != null
                ? Future.succeededFuture()
                : journal.settle(new Settlement(begin.id(), nowMicros(), List.of(new UsagePart("", begin.estimate()))));
    }

    /**
     * Repairs a store that forgot: its windows rise to the sum of what it has heard of. Not to the estimates of running calls: those may
     * fall, and windows never do. Nor to settlements that are on their way: those would count twice.
     *
     * @param reachable whether a tenant's part of the store answers; of the others nothing is told
     */
    public Future<Void> republish(Predicate<String> reachable) {
        return oneByOne(() -> tellTotals(store, reachable)).recover(cause -> Future.failedFuture(failure(cause)));
    }

    /**
     * Tells a store that was away what calls took meanwhile, and then the sums, of which it may have lost some, and in which is what
     * this process granted alone. To be complete before the store is asked again.
     *
     * @param back the store itself, while this one's still takes it for away
     */
    public Future<Void> repair(QuotaStore back, Predicate<String> reachable) {
        return oneByOne(() -> journal.pending()
                        .compose(calls -> inTurn(settled(calls, reachable), AT_ONCE, call -> confirm(back, call)))
                        .compose(told -> tellTotals(back, reachable)))
                .recover(cause -> Future.failedFuture(failure(cause)));
    }

    private Future<Void> confirm(QuotaStore back, Pending call) {
        Settlement settlement = Objects.requireNonNull(call.settlement());
        return back.settle(call.begin().tenant(), settlement.id(), Amounts.of(settlement.actual()))
                .compose(heard -> journal.confirm(settlement.id()));
    }

    private Future<Void> tellTotals(QuotaStore to, Predicate<String> reachable) {
        return journal.id()
                .compose(node -> journal.confirmed()
                        .compose(sums -> inTurn(
                                batches(sums, reachable),
                                1,
                                batch -> to.republish(batch.tenant(), node, batch.totals()))));
    }

    private static List<Pending> settled(List<Pending> calls, Predicate<String> reachable) {
        return calls.stream()
                .filter(call ->
                        call.settlement() != null && reachable.test(call.begin().tenant()))
                .toList();
    }

    private synchronized <T> Future<T> oneByOne(Supplier<Future<T>> step) {
        Future<T> next = telling.transform(before -> step.get());
        telling = next;
        return next;
    }

    /**
     * Sends settlements that the store did not take, and republishes. To be called now and then, because a store that was emptied does
     * not say so, and calls that ran meanwhile are unknown to it. Does nothing for tenants for whom the store is away.
     */
    public Future<Void> catchUp() {
        return resend(inStep).compose(sent -> republish(inStep));
    }

    private Future<Void> resend(Predicate<String> reachable) {
        return journal.pending()
                .compose(calls -> inTurn(
                        settled(calls, reachable),
                        AT_ONCE,
                        call -> tell(call.begin().tenant(), Objects.requireNonNull(call.settlement()))))
                .recover(cause -> Future.failedFuture(failure(cause)));
    }

    private List<Batch> batches(List<UsageJournal.Total> sums, Predicate<String> reachable) {
        long now = nowMicros();
        Map<String, List<Total>> open = new HashMap<>();
        for (UsageJournal.Total sum : sums) {
            Total total = sum.charge().endsMicros() > now && reachable.test(sum.tenant()) ? Charges.total(sum) : null;
            if (total != null) {
                open.computeIfAbsent(sum.tenant(), tenant -> new ArrayList<>()).add(total);
            }
        }
        List<Batch> batches = new ArrayList<>();
        open.forEach((tenant, totals) -> {
            for (int from = 0; from < totals.size(); from += TOTALS_AT_ONCE) {
                batches.add(new Batch(tenant, totals.subList(from, Math.min(totals.size(), from + TOTALS_AT_ONCE))));
            }
        });
        return batches;
    }

    /** Also fails, with nothing charged, if the journal takes no calls. */
    @Override
    public Future<Decision> reserve(Reservation wish) {
        Future<Decision> decided = store.reserve(wish);
        return wish.limits().stream().noneMatch(limit -> limit.kind().isCalendar())
                ? decided
                : decided.compose(decision -> decision instanceof Decision.Granted granted
                        ? note(wish, granted)
                        : Future.succeededFuture(decision));
    }

    private Future<Decision> note(Reservation wish, Decision.Granted granted) {
        if (!running.add(wish.id())) {
            return Future.succeededFuture(granted);
        }
        long now = nowMicros();
        Begin begin = new Begin(
                wish.id(), origin(wish, now), now, estimate(wish), Charges.of(wish, granted.standings(), now));
        return journal.begin(begin).<Decision>map(granted).recover(cause -> {
            running.remove(wish.id());
            return store.release(wish.tenant(), wish.id()).transform(released -> {
                if (released.failed()) {
                    LOG.warn("Call {} was refused, but not given back to the store", wish.id(), released.cause());
                }
                return Future.failedFuture(failure(cause));
            });
        });
    }

    private static UsageOrigin origin(Reservation wish, long nowMicros) {
        Account account = wish.account();
        String day = wish.calendar().days().at(nowMicros).label();
        return new UsageOrigin(wish.tenant(), account.key(), account.route(), day);
    }

    private static UsageSum estimate(Reservation wish) {
        Amounts whole = wish.estimate();
        long input = Math.min(whole.tokens(), wish.account().promptTokens());
        return new UsageSum(whole.requests(), input, 0, whole.tokens() - input, 0, whole.nanoDollars(), 0, 1);
    }

    /** Of whom nothing is told but the sum: it stands in the rows without a model if the call is noted, and else not at all. */
    @Override
    public Future<Boolean> settle(String tenant, String id, Amounts actual) {
        UsageSum sum = new UsageSum(actual.requests(), actual.tokens(), 0, 0, 0, actual.nanoDollars(), 0, 0);
        return running.remove(id)
                ? settleNoted(tenant, id, sum.equals(UsageSum.NONE) ? List.of() : List.of(new UsagePart("", sum)))
                : store.settle(tenant, id, actual);
    }

    @Override
    public Future<Boolean> settle(UsageOrigin origin, String id, List<UsagePart> parts) {
        if (running.remove(id)) {
            return settleNoted(origin.tenant(), id, parts);
        }
        note(origin, parts);
        return store.settle(origin, id, parts);
    }

    @Override
    public void note(UsageOrigin origin, List<UsagePart> parts) {
        journal.count(origin, parts);
    }

    private Future<Boolean> settleNoted(String tenant, String id, List<UsagePart> parts) {
        Settlement settlement = new Settlement(id, nowMicros(), parts);
        return journal.settle(settlement).transform(noted -> {
            if (noted.failed()) {
                // The journal keeps it in memory and writes it when it can.
                LOG.warn("What call {} took is not on the disk yet", id, noted.cause());
            }
            return tell(tenant, settlement);
        });
    }

    private Future<Boolean> tell(String tenant, Settlement settlement) {
        return store.settle(tenant, settlement.id(), Amounts.of(settlement.actual()))
                .onSuccess(changed -> {
                    if (inStep.test(tenant)) {
                        journal.confirm(settlement.id())
                                .onFailure(cause -> LOG.debug("Call {} is not confirmed", settlement.id(), cause));
                    }
                });
    }

    @Override
    public Future<List<String>> renew(String tenant, Collection<String> ids, Duration lease) {
        return store.renew(tenant, ids, lease);
    }

    @Override
    public Future<List<Standing>> look(String tenant, List<Limit> limits, TenantCalendar calendar) {
        return store.look(tenant, limits, calendar);
    }

    /** Of a window, gives back what is used when it is looked at: what is taken after that stays. */
    @Override
    public Future<Standing> reset(String tenant, Limit limit, TenantCalendar calendar) {
        return !limit.kind().isCalendar()
                ? store.reset(tenant, limit, calendar)
                : store.look(tenant, List.of(limit), calendar)
                        .compose(standings -> give(
                                tenant,
                                standings.getFirst(),
                                calendar,
                                standings.getFirst().used()));
    }

    /** @param other of no account: of a window, this store's own journal has it, and of a rate nobody is told */
    @Override
    public Future<Standing> credit(String tenant, String other, Limit limit, TenantCalendar calendar, long units) {
        return !limit.kind().isCalendar()
                ? store.credit(tenant, other, limit, calendar, units)
                : store.look(tenant, List.of(limit), calendar)
                        .compose(standings -> give(tenant, standings.getFirst(), calendar, units));
    }

    /** In the journal first: a store that lost it would be told again, and a journal that lost it would undo it. */
    private Future<Standing> give(String tenant, Standing standing, TenantCalendar calendar, long units) {
        Limit limit = standing.limit();
        Window window = calendar.of(limit.kind()).at(nowMicros());
        Charge charge = Charges.of(standing.shared() ? new Limit(limit.scope().shared(), limit.rule()) : limit, window);
        return oneByOne(() -> journal.id()
                .compose(node -> journal.adjust(new UsageJournal.Total(tenant, charge, -units, 0))
                        .compose(noted -> store.credit(tenant, node, limit, calendar, units)
                                .onFailure(
                                        cause -> journal.adjust(new UsageJournal.Total(tenant, charge, units, 0))))));
    }

    @Override
    public Future<Void> republish(String tenant, String teller, Collection<Total> totals) {
        return store.republish(tenant, teller, totals);
    }

    /** Fails if the store or the journal cannot be written. */
    @Override
    public Future<Void> check(String tenant) {
        return Future.join(store.check(tenant), journal.check())
                .<Void>mapEmpty()
                .recover(cause -> Future.failedFuture(failure(cause)));
    }

    /** Closes the store, and then the journal. */
    @Override
    public Future<Void> close() {
        return store.close().eventually(journal::close);
    }

    private static <T> Future<Void> inTurn(List<T> all, int atOnce, Function<T, Future<?>> step) {
        Future<Void> done = Future.succeededFuture();
        for (int from = 0; from < all.size(); from += atOnce) {
            List<T> some = all.subList(from, Math.min(all.size(), from + atOnce));
            done = done.compose(
                    before -> Future.join(some.stream().map(step).toList()).mapEmpty());
        }
        return done;
    }

    private static StoreException failure(Throwable cause) {
        return cause instanceof StoreException known
                ? known
                : new StoreException(StoreException.Cause.FAILED, String.valueOf(cause.getMessage()));
    }

    private long nowMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    }
}
