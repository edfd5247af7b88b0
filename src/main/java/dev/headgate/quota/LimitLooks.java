// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a store where limits stand that somebody listens for, so that a process without calls learns what others spent, and what
 * settlements have changed. Thread-safe.
 */
public final class LimitLooks {
    private static final Logger LOG = LoggerFactory.getLogger(LimitLooks.class);
    private static final int LIMITS_AT_ONCE = 100;
    private static final int LOOKS_AT_ONCE = 16;

    private final QuotaStore store;
    private final InstantSource clock;
    private volatile List<Look> looks = List.of();

    private record Look(TenantLimits tenant, List<Limit> limits) {}

    /** @param store is asked only for its answers to be heard, as from a {@link HeardQuotaStore} */
    public LimitLooks(QuotaStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * From now on these limits hold.
     *
     * @param all by tenant; asked for are the budgets of each
     * @param alerted tenants of which every calendar limit is asked for
     */
    public void apply(Map<String, TenantLimits> all, Set<String> alerted) {
        List<Look> fresh = new ArrayList<>();
        all.values().forEach(tenant -> {
            Set<Limit> limits = new LinkedHashSet<>();
            tenant.budgets().forEach(rule -> limits.add(new Limit(Scope.tenant(), rule)));
            if (alerted.contains(tenant.tenant())) {
                limits.addAll(tenant.calendarLimits());
            }
            List<Limit> listed = List.copyOf(limits);
            for (int from = 0; from < listed.size(); from += LIMITS_AT_ONCE) {
                fresh.add(new Look(tenant, listed.subList(from, Math.min(listed.size(), from + LIMITS_AT_ONCE))));
            }
        });
        looks = List.copyOf(fresh);
    }

    /**
     * Asks for all of them once. A store that does not answer is asked no more in this round; never fails.
     *
     * @param reachable whether the store answers for a tenant now; others are left out
     */
    public Future<Void> round(Predicate<String> reachable) {
        List<Look> asked = looks.stream()
                .filter(look -> reachable.test(look.tenant.tenant()))
                .toList();
        return from(asked, 0).recover(cause -> {
            LOG.debug("The quota store did not say where limits stand: {}", cause.getMessage());
            return Future.succeededFuture();
        });
    }

    private Future<Void> from(List<Look> all, int first) {
        if (first >= all.size()) {
            return Future.succeededFuture();
        }
        List<Look> some = all.subList(first, Math.min(all.size(), first + LOOKS_AT_ONCE));
        return Future.join(some.stream().map(this::look).toList()).compose(done -> from(all, first + LOOKS_AT_ONCE));
    }

    private Future<List<Standing>> look(Look look) {
        TenantLimits tenant = look.tenant;
        return store.look(tenant.tenant(), look.limits, TenantCalendar.at(clock.instant(), tenant.zone()));
    }
}
