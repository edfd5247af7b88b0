// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import dev.headgate.admin.Changes.Done;
import dev.headgate.audit.AuditLine;
import dev.headgate.audit.AuditTrail;
import dev.headgate.quota.Decision;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Measure;
import dev.headgate.quota.QuotaStore;
import dev.headgate.quota.Standing;
import dev.headgate.quota.StoreException;
import dev.headgate.quota.TenantCalendar;
import dev.headgate.quota.TenantLimits;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * {@code POST /admin/limits/reset} and {@code /credit}: begins one limit anew, or gives more of it once. Only while the store that counts
 * for all replicas answers.
 */
public final class LimitChangesResource implements AdminResource {
    private static final int NANO_DIGITS = 9;
    /** No limit has more, and an exponent of a billion must not be written out. */
    private static final int MOST_DIGITS = 20;

    private final ConfigStatus status;
    private final QuotaStore quotas;
    private final Function<String, Decision.Source> source;
    private final Changes changes;
    private final InstantSource clock;

    /** @param source who counts a tenant now */
    public LimitChangesResource(
            ConfigStatus status,
            QuotaStore quotas,
            Function<String, Decision.Source> source,
            AuditTrail trail,
            InstantSource clock) {
        this.status = status;
        this.quotas = quotas;
        this.source = source;
        this.changes = new Changes(trail, clock);
        this.clock = clock;
    }

    /** @param facts what the audit tells of it */
    private record Wanted(
            AuditLine.Change change, String tenant, Limit limit, TenantCalendar calendar, Map<String, Object> facts) {}

    @FunctionalInterface
    private interface Act {
        Future<Standing> on(String tenant, Limit limit, TenantCalendar calendar);
    }

    @Override
    public List<String> paths() {
        return List.of("/admin/limits/reset", "/admin/limits/credit");
    }

    @Override
    public void mount(Router router) {
        router.post("/admin/limits/reset").handler(ctx -> Answers.of(ctx, () -> reset(ctx)));
        router.post("/admin/limits/credit").handler(ctx -> Answers.of(ctx, () -> credit(ctx)));
    }

    private Future<Map<String, Object>> reset(RoutingContext ctx) throws Refusal {
        Form form = Form.of(ctx, List.of("tenant", "limit", "user", "address", "reason"));
        return carryOut(wanted(ctx, "limits.reset", form), quotas::reset);
    }

    private Future<Map<String, Object>> credit(RoutingContext ctx) throws Refusal {
        Form form = Form.of(ctx, List.of("tenant", "limit", "user", "address", "amount", "reason"));
        Wanted wanted = wanted(ctx, "limits.credit", form);
        LimitKind kind = wanted.limit.kind();
        if (kind == LimitKind.CONCURRENCY) {
            throw Refusal.wrong("There is no credit for concurrency: a call that ends gives its place back."
                    + " To forget calls that never end, reset the limit.");
        }
        long units = units(kind, form.amount("amount"));
        wanted.facts.put("amount", LimitState.amount(kind.measure(), units));
        return carryOut(wanted, (tenant, limit, calendar) -> quotas.credit(tenant, limit, calendar, units));
    }

    private Wanted wanted(RoutingContext ctx, String action, Form form) throws Refusal {
        TenantLimits limits = Names.limits(status.snapshot(), form.text("tenant"));
        String user = form.optional("user");
        String address = form.optional("address");
        Limit limit = Names.limit(limits, form.text("limit"), user, address);
        Map<String, Object> facts = new LinkedHashMap<>();
        if (user != null) {
            facts.put("user", AuditLine.mark(user));
        }
        if (address != null) {
            facts.put("address", AuditLine.mark(Names.address(address)));
        }
        return new Wanted(
                Changes.change(ctx, action, limit.id(limits.tenant()), form.reason()),
                limits.tenant(),
                limit,
                TenantCalendar.at(clock.instant(), limits.zone()),
                facts);
    }

    /** Dollars become billionths; everything else is a whole number. */
    static long units(LimitKind kind, BigDecimal amount) throws Refusal {
        boolean money = kind.measure() == Measure.MONEY;
        if (Math.abs((long) amount.precision() - amount.scale()) > MOST_DIGITS || amount.scale() > MOST_DIGITS) {
            throw Refusal.wrong("\"amount\" is out of range.");
        }
        BigDecimal units = money ? amount.movePointRight(NANO_DIGITS) : amount;
        if (units.stripTrailingZeros().scale() > 0) {
            throw Refusal.wrong(
                    money
                            ? "\"amount\" is in dollars, with nine digits after the point at most."
                            : "\"amount\" has to be a whole number of "
                                    + kind.measure().name().toLowerCase(Locale.ROOT) + ".");
        }
        if (units.compareTo(BigDecimal.valueOf(kind.isRate() ? LimitRule.MOST_OF_A_RATE : LimitRule.MOST)) > 0) {
            throw Refusal.wrong("\"amount\" is more than any limit can be.");
        }
        return units.longValueExact();
    }

    private Future<Map<String, Object>> carryOut(Wanted wanted, Act act) {
        return writable(wanted.tenant)
                .compose(writable -> quotas.look(wanted.tenant, List.of(wanted.limit), wanted.calendar))
                .compose(before -> before.isEmpty() ? alone() : Future.succeededFuture(before.getFirst()))
                .recover(cause -> Future.failedFuture(away(cause)))
                .compose(before -> {
                    wanted.facts.put("before", LimitState.of(before));
                    return changes.carryOut(wanted.change, wanted.facts, () -> act(wanted, act));
                });
    }

    /** A change of this process's share would be gone as soon as the store is back. */
    private Future<Void> writable(String tenant) {
        return source.apply(tenant) == Decision.Source.EXACT ? quotas.check(tenant) : alone();
    }

    private static <T> Future<T> alone() {
        return Future.failedFuture(
                new StoreException(StoreException.Cause.DISCONNECTED, "this process counts by itself at the moment"));
    }

    private Future<Done> act(Wanted wanted, Act act) {
        return act.on(wanted.tenant, wanted.limit, wanted.calendar)
                .map(after -> {
                    Map<String, Object> answer =
                            LimitState.of(wanted.tenant, wanted.limit, List.of(after), wanted.calendar);
                    answer.put("change", wanted.change.id());
                    return new Done(answer, Map.of("after", LimitState.of(after)));
                })
                .recover(cause -> Future.failedFuture(broken(cause)));
    }

    private static Refusal away(Throwable cause) {
        return new Refusal(
                503,
                "Nothing was changed: the store that counts cannot be written (" + cause.getMessage()
                        + "). Try again when it answers.");
    }

    private static Refusal broken(Throwable cause) {
        boolean untouched =
                cause instanceof StoreException known && known.reason() == StoreException.Cause.REFUSES_WRITES;
        return untouched
                ? away(cause)
                : new Refusal(
                        503,
                        "The store that counts did not say whether it changed the limit (" + cause.getMessage()
                                + "). Look where it stands before you try again.");
    }
}
