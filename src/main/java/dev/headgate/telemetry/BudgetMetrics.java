// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;

/** Shows how far budgets are used, for as long as the configuration has them. */
public final class BudgetMetrics {
    private final MeterRegistry registry;
    private final Map<Budget, Meter> shown = new HashMap<>();

    /** @param limit such as {@code tenant/usdPerDay} */
    public record Budget(String tenant, String limit) {}

    public BudgetMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Shows just these from now on; those that are shown already keep their supplier. */
    public synchronized void show(Map<Budget, DoubleSupplier> budgets) {
        shown.entrySet().removeIf(entry -> {
            boolean gone = !budgets.containsKey(entry.getKey());
            if (gone) {
                registry.remove(entry.getValue());
            }
            return gone;
        });
        budgets.forEach((budget, ratio) -> shown.computeIfAbsent(budget, key -> gauge(key, ratio)));
    }

    private Meter gauge(Budget budget, DoubleSupplier ratio) {
        return Gauge.builder(MetricNames.BUDGET_USED.meter(), ratio::getAsDouble)
                .description(MetricNames.BUDGET_USED.help())
                .tag("tenant", budget.tenant())
                .tag("limit", budget.limit())
                .register(registry);
    }
}
