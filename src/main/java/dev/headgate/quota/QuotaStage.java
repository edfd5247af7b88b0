// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.call.Allowance;
import dev.headgate.call.Call;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Completion;
import dev.headgate.call.Ending;
import dev.headgate.call.Reply;
import dev.headgate.call.Usage;
import dev.headgate.metering.ModelNames;
import dev.headgate.metering.UsageOrigin;
import dev.headgate.pipeline.Stage;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a call pass if all limits that it falls under have room for what it is estimated to take, and replaces the estimate by what
 * it took when it is over, however it ends. What calls without limits took is noted too. Made once per event loop and confined to it.
 */
public final class QuotaStage implements Stage {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaStage.class);

    private final Map<String, TenantLimits> limits;
    private final QuotaStore store;
    private final Costs costs;
    private final Calendars calendars;
    private final Leases leases;
    private final Accounting accounting;
    private final WaitingRoom room;
    private final Loop loop;

    /**
     * @param limits by the tenant's name; a tenant that is not in it has none, and its days are those of UTC
     * @param models shared by all event loops
     * @param room of the same store
     */
    public QuotaStage(
            Map<String, TenantLimits> limits,
            QuotaStore store,
            Costs costs,
            ModelNames models,
            InstantSource clock,
            WaitingRoom room,
            Loop loop) {
        this.limits = Map.copyOf(limits);
        this.store = store;
        this.costs = costs;
        this.calendars = new Calendars(clock);
        this.leases = new Leases(store);
        this.accounting = new Accounting(models, clock);
        this.room = room;
        this.loop = loop;
    }

    @Override
    public Future<Reply> handle(Call call, Next next) {
        TenantLimits tenant = limits.get(call.principal().tenant());
        List<Limit> applying = tenant == null ? List.of() : CallLimits.of(tenant, call);
        TenantCalendar calendar = calendars.in(tenant == null ? ZoneOffset.UTC : tenant.zone());
        UsageOrigin origin = accounting.origin(call, calendar);
        if (tenant == null || applying.isEmpty()) {
            return run(call, next, null, () -> {}, bill -> store.note(origin, accounting.parts(origin, bill)));
        }
        Costs.@Nullable Estimate estimate = estimate(call, tenant, applying);
        Reservation wish = new Reservation(
                call.id(),
                origin.tenant(),
                applying,
                estimate == null ? Amounts.call(0, 0) : estimate.whole(),
                Leases.LEASE,
                calendar,
                Accounting.account(call, estimate));
        return room.reserve(call, wish, tenant.maxWait(), loop)
                .recover(QuotaStage::unavailable)
                .compose(answer -> {
                    Reservation made = answer.wish();
                    note(answer.decision(), made, call.record());
                    return switch (answer.decision()) {
                        case Decision.Granted granted -> {
                            Runnable letGo = CallLimits.count(applying, Measure.CALLS)
                                    ? leases.keep(made, call.timing())
                                    : () -> {};
                            yield run(call, next, estimate, letGo, bill -> settle(call, made, origin, bill));
                        }
                        case Decision.Refused refused -> refuse(call, refused, made);
                    };
                });
    }

    /** Reads the body only where what it says is counted; null where it is not. */
    private Costs.@Nullable Estimate estimate(Call call, TenantLimits tenant, List<Limit> applying) {
        if (!CallLimits.count(applying, Measure.TOKENS) && !CallLimits.count(applying, Measure.MONEY)) {
            return null;
        }
        call.record().outputCounts = costs::outputCount;
        return costs.estimate(call, MustPrice.of(tenant, applying), CallLimits.mostGuessed(applying));
    }

    private static Future<WaitingRoom.Answer> unavailable(Throwable cause) {
        return Future.failedFuture(
                cause instanceof StoreException ? Refusals.storeDown().asFailure() : cause);
    }

    private static Future<Reply> refuse(Call call, Decision.Refused refused, Reservation wish) {
        Limit limit = CallLimits.configured(wish.limits(), refused.by().limit());
        call.record().limit = limit.id(wish.tenant());
        return Future.failedFuture(
                Refusals.of(refused, limit, wish.tenant(), wish.estimate()).asFailure());
    }

    private Future<Reply> run(
            Call call, Next next, Costs.@Nullable Estimate early, Runnable letGo, Consumer<Bill> settle) {
        Call allowed = early == null ? call : call.without(early.unpriced());
        return next.proceed(allowed).onComplete(result -> {
            Reply reply = result.result();
            Costs.Estimate estimate = early == null ? Accounting.late(call, reply, costs) : early;
            if (reply == null) {
                letGo.run();
                settle.accept(Bill.of(call.record(), estimate, null, null, costs));
                return;
            }
            reply.done().onComplete(ended -> {
                letGo.run();
                @Nullable Completion done = ended.result();
                learn(call.record(), estimate, reply, done);
                settle.accept(Bill.of(call.record(), estimate, reply, done, costs));
            });
        });
    }

    /** Only from answers that are whole: of others the count may be of a part. */
    private static void learn(CallRecord record, Costs.Estimate estimate, Reply reply, @Nullable Completion done) {
        CallRecord.Attempt last = record.lastAttempt();
        Usage usage = done == null || done.ending() != Ending.COMPLETE ? null : done.usage();
        if (last != null && usage != null && reply.status() == 200 && !record.degraded) {
            estimate.lesson().learn(last.target, usage);
        }
    }

    private void settle(Call call, Reservation wish, UsageOrigin origin, Bill bill) {
        CallRecord record = call.record();
        record.tokensCharged = record.outputCounts == null ? -1 : bill.amounts().tokens();
        record.usageEstimated = bill.estimated();
        record.costUnknown = !bill.priced() && CallLimits.count(wish.limits(), Measure.MONEY);
        store.settle(origin, wish.id(), accounting.parts(origin, bill))
                .onSuccess(changed -> room.settled(wish))
                .onFailure(cause -> LOG.warn("Call {} was not settled, and stays at its estimate", call.id(), cause));
    }

    private static void note(Decision decision, Reservation wish, CallRecord record) {
        record.requestsLeft = tightest(decision, wish, Measure.REQUESTS);
        record.tokensLeft = tightest(decision, wish, Measure.TOKENS);
        record.quotaLocal = decision.source() == Decision.Source.LOCAL;
        if (decision instanceof Decision.Granted granted) {
            record.wouldHaveRefused = granted.wouldHaveRefused().stream()
                    .map(standing -> standing.limit().id(wish.tenant()))
                    .toList();
        }
    }

    /** Of the limits that refuse, the one with the least left. */
    private static @Nullable Allowance tightest(Decision decision, Reservation wish, Measure measure) {
        Standing tightest = null;
        for (Standing standing : decision.standings()) {
            boolean counts = standing.limit().kind().measure() == measure
                    && !standing.limit().rule().observe();
            if (counts && (tightest == null || standing.remaining() < tightest.remaining())) {
                tightest = standing;
            }
        }
        return tightest == null
                ? null
                : new Allowance(
                        CallLimits.configured(wish.limits(), tightest.limit())
                                .rule()
                                .amount(),
                        tightest.remaining(),
                        tightest.reset());
    }
}
