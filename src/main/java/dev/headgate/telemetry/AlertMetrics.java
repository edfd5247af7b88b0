// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts what became of alerts. Thread-safe. */
public final class AlertMetrics {
    private final MeterRegistry registry;

    public AlertMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** @param outcome one of a closed set */
    public void ended(String outcome) {
        Counter.builder(MetricNames.ALERTS.meter())
                .description(MetricNames.ALERTS.help())
                .tag("outcome", outcome)
                .register(registry)
                .increment();
    }
}
