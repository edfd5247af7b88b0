// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import dev.headgate.config.Snapshot;
import dev.headgate.quota.Decision;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitIds;
import dev.headgate.quota.QuotaStore;
import dev.headgate.quota.Scope;
import dev.headgate.quota.Standing;
import dev.headgate.quota.TenantCalendar;
import dev.headgate.quota.TenantLimits;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code GET /admin/limits}: where a tenant's limits of the running configuration stand. */
public final class LimitsResource implements AdminResource {
    private final ConfigStatus status;
    private final QuotaStore quotas;
    private final Function<String, Decision.Source> source;
    private final InstantSource clock;

    /** @param source who counts a tenant now */
    public LimitsResource(
            ConfigStatus status, QuotaStore quotas, Function<String, Decision.Source> source, InstantSource clock) {
        this.status = status;
        this.quotas = quotas;
        this.source = source;
        this.clock = clock;
    }

    /** What is asked for; null is all keys, all routes, no user, no address. */
    private record Asked(
            TenantLimits limits,
            @Nullable String key,
            @Nullable String route,
            @Nullable String user,
            @Nullable String address) {}

    @Override
    public List<String> paths() {
        return List.of("/admin/limits");
    }

    @Override
    public void mount(Router router) {
        router.get("/admin/limits")
                .handler(ctx -> Answers.of(ctx, () -> {
                    Query query = Query.of(ctx, List.of("tenant", "key", "route", "user", "address"));
                    Snapshot snapshot = status.snapshot();
                    return page(asked(query, snapshot), snapshot.revision());
                }));
    }

    private static Asked asked(Query query, Snapshot snapshot) throws Refusal {
        TenantLimits limits = Names.limits(snapshot, query.required("tenant"));
        String key = query.optional("key");
        if (key != null) {
            Names.checkKey(snapshot, limits.tenant(), key);
        }
        String route = query.optional("route");
        if (route != null) {
            Names.checkRoute(snapshot, route);
        }
        String address = query.optional("address");
        return new Asked(limits, key, route, query.optional("user"), address == null ? null : Names.address(address));
    }

    private Future<Map<String, Object>> page(Asked asked, String revision) {
        String tenant = asked.limits.tenant();
        List<Limit> limits = limits(asked);
        TenantCalendar calendar = TenantCalendar.at(clock.instant(), asked.limits.zone());
        return quotas.look(tenant, limits, calendar)
                .recover(cause -> Future.failedFuture(new Refusal(503, "The store does not say where limits stand.")))
                .map(standings -> page(tenant, revision, limits, standings, calendar));
    }

    private Map<String, Object> page(
            String tenant, String revision, List<Limit> limits, List<Standing> standings, TenantCalendar calendar) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("tenant", tenant);
        page.put("revision", revision);
        page.put("source", source.apply(tenant) == Decision.Source.EXACT ? "exact" : "local");
        page.put(
                "limits",
                limits.stream()
                        .map(limit -> LimitState.of(tenant, limit, standings, calendar))
                        .toList());
        return page;
    }

    private static List<Limit> limits(Asked asked) {
        return LimitIds.all(asked.limits).stream()
                .filter(limit -> switch (limit.scope().type()) {
                    case TENANT -> true;
                    case KEY -> asked.key == null || limit.scope().name().equals(asked.key);
                    case ROUTE -> asked.route == null || limit.scope().name().equals(asked.route);
                    case USER -> asked.user != null;
                    case ADDRESS -> asked.address != null;
                })
                .map(limit -> of(limit, asked))
                .toList();
    }

    /** The counter of the user or of the address, in place of each one's limit. */
    private static Limit of(Limit limit, Asked asked) {
        if (limit.scope().type() == Scope.Type.USER && asked.user != null) {
            return new Limit(Scope.user(asked.user), limit.rule());
        }
        return limit.scope().type() == Scope.Type.ADDRESS && asked.address != null
                ? new Limit(Scope.address(asked.address), limit.rule())
                : limit;
    }
}
