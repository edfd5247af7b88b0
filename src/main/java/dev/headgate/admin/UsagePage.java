// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import dev.headgate.admin.UsageQuery.Group;
import dev.headgate.admin.UsageQuery.Member;
import dev.headgate.call.Nearest;
import dev.headgate.call.Principal;
import dev.headgate.metering.UsageLedger;
import dev.headgate.metering.UsageLedger.Report;
import dev.headgate.metering.UsageSum;
import dev.headgate.quota.TenantLimits;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.math.BigDecimal;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code GET /admin/usage}: what calls took, by tenant, key, route, model and window, over all replicas. */
final class UsagePage {
    static final int MOST_ROWS = 10_000;

    private final ConfigStatus status;
    private final UsageLedger usage;
    private final InstantSource clock;

    UsagePage(ConfigStatus status, UsageLedger usage, InstantSource clock) {
        this.status = status;
        this.usage = usage;
        this.clock = clock;
    }

    void handle(RoutingContext ctx) {
        Map<String, TenantLimits> tenants = status.snapshot().limits();
        UsageQuery query;
        try {
            TenantLimits tenant = tenants.get(String.valueOf(ctx.queryParams().get(Member.TENANT.word())));
            query = UsageParameters.read(ctx.queryParams(), today(tenant));
        } catch (UsageParameters.Misuse e) {
            Answers.error(ctx, 400, String.valueOf(e.getMessage()));
            return;
        }
        Set<String> known = new TreeSet<>(tenants.keySet());
        known.add(Principal.ANONYMOUS.tenant());
        String only = query.filters().get(Member.TENANT);
        Set<String> asked = only == null || known.contains(only) ? known : Set.of();
        usage.report(asked, only, query.from(), query.to())
                .onSuccess(report -> {
                    if (only != null && !known.contains(only) && report.rows().isEmpty()) {
                        String near = Nearest.to(only, tenants.keySet());
                        Answers.error(ctx, 404, UsageParameters.unknown("tenant", only, near));
                    } else {
                        answer(ctx, query, report);
                    }
                })
                .onFailure(ctx::fail);
    }

    private LocalDate today(@Nullable TenantLimits tenant) {
        ZoneId zone = tenant == null ? ZoneOffset.UTC : tenant.zone();
        return LocalDate.ofInstant(clock.instant(), zone);
    }

    /** Adding up and writing many rows takes longer than an event-loop turn may. */
    private static void answer(RoutingContext ctx, UsageQuery query, Report report) {
        Future<@Nullable String> page = ctx.vertx()
                .executeBlocking(
                        () -> {
                            List<Group> groups = query.groups(report.rows());
                            return groups.size() > MOST_ROWS
                                    ? null
                                    : Answers.text(page(query, groups, report.missing()));
                        },
                        false);
        page.onSuccess(text -> {
                    if (text == null) {
                        Answers.error(
                                ctx,
                                400,
                                "These are more than " + MOST_ROWS
                                        + " rows: name a tenant, key, route or model, fewer days, or less in by.");
                    } else {
                        Answers.text(ctx, 200, text);
                    }
                })
                .onFailure(ctx::fail);
    }

    private static Map<String, Object> page(UsageQuery query, List<Group> groups, @Nullable String missing) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("window", query.window().word());
        page.put("from", query.from().toString());
        page.put("to", query.to().toString());
        page.put("by", query.by().stream().map(Member::word).toList());
        page.put("rows", groups.stream().map(UsagePage::row).toList());
        page.put("complete", missing == null);
        if (missing != null) {
            page.put("reason", missing);
        }
        return page;
    }

    private static Map<String, Object> row(Group group) {
        Map<String, Object> row = new LinkedHashMap<>();
        group.names().forEach((member, name) -> row.put(member.word(), name));
        UsageSum sum = group.sum();
        row.put("requests", sum.requests());
        row.put("inputTokens", sum.input());
        row.put("cachedInputTokens", sum.cachedInput());
        row.put("outputTokens", sum.output());
        row.put("reasoningTokens", sum.reasoning());
        row.put("usd", dollars(sum.nanoDollars()));
        row.put("unpriced", sum.unpriced());
        row.put("estimated", sum.estimated());
        return row;
    }

    /** A text, because a number of JSON is a double to many readers. */
    private static String dollars(long nanoDollars) {
        return BigDecimal.valueOf(nanoDollars, 9).stripTrailingZeros().toPlainString();
    }
}
