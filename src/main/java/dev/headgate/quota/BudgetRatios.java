// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * How far tenants have used their budgets, as last heard: a decision can read it without asking the store. A budget is an enforced
 * limit in dollars on the tenant as a whole; those of its keys and routes are not. Thread-safe; reading takes no lock.
 */
public final class BudgetRatios implements StandingListener {
    private final InstantSource clock;
    private volatile Map<String, Map<LimitKind, Budget>> budgets = Map.of();

    private record Reading(long used, long endMicros) {}

    private record Budget(LimitRule rule, AtomicReference<@Nullable Reading> last) {
        double usedRatio(long nowMicros) {
            Reading reading = last.get();
            if (reading == null || reading.endMicros <= nowMicros) {
                return 0;
            }
            return rule.amount() == 0 ? 1 : Math.max(0, (double) reading.used / rule.amount());
        }
    }

    public BudgetRatios(InstantSource clock) {
        this.clock = clock;
    }

    /** From now on these limits hold, by tenant; what was heard of those that remain is kept, and compared with their new amounts. */
    public void apply(Map<String, TenantLimits> limits) {
        Map<String, Map<LimitKind, Budget>> fresh = new HashMap<>();
        limits.forEach((tenant, all) -> {
            Map<LimitKind, Budget> known = budgets.getOrDefault(tenant, Map.of());
            Map<LimitKind, Budget> kinds = new HashMap<>();
            for (LimitRule rule : all.budgets()) {
                Budget before = known.get(rule.kind());
                kinds.put(rule.kind(), new Budget(rule, before == null ? new AtomicReference<>() : before.last));
            }
            if (!kinds.isEmpty()) {
                fresh.put(tenant, Map.copyOf(kinds));
            }
        });
        budgets = Map.copyOf(fresh);
    }

    /**
     * The used part of the tenant's tightest budget: 1 is all, more is an overdraft. Zero if it has none, if nothing was heard yet, and
     * from the end of a window on until something is heard of the next one.
     */
    public double usedRatio(String tenant) {
        Map<LimitKind, Budget> kinds = budgets.get(tenant);
        if (kinds == null) {
            return 0;
        }
        long now = nowMicros();
        double most = 0;
        for (Budget budget : kinds.values()) {
            most = Math.max(most, budget.usedRatio(now));
        }
        return most;
    }

    /** The used part of one budget; zero as for {@link #usedRatio(String)}. */
    public double usedRatio(String tenant, LimitKind kind) {
        Budget budget = budgets.getOrDefault(tenant, Map.of()).get(kind);
        return budget == null ? 0 : budget.usedRatio(nowMicros());
    }

    @Override
    public void heard(String tenant, List<Standing> standings, TenantCalendar calendar) {
        Map<LimitKind, Budget> kinds = budgets.get(tenant);
        if (kinds == null) {
            return;
        }
        for (Standing standing : standings) {
            Budget budget = standing.limit().scope().type() == Scope.Type.TENANT
                    ? kinds.get(standing.limit().kind())
                    : null;
            if (budget != null) {
                Window window = standing.window(calendar, clock.instant());
                budget.last.set(new Reading(standing.used(), window.endMicros()));
            }
        }
    }

    private long nowMicros() {
        return clock.millis() * 1_000;
    }
}
