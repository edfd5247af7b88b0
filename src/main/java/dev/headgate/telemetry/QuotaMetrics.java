// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** Shows how the store of what callers use does. */
public final class QuotaMetrics {
    private QuotaMetrics() {}

    /**
     * Shows it from now on.
     *
     * @param exact whether the store decides, and not this process by itself
     * @param unsettled settlements that wait for the store
     * @param replicas processes that share it
     */
    public static void register(
            MeterRegistry registry, BooleanSupplier exact, IntSupplier unsettled, IntSupplier replicas) {
        gauge(registry, MetricNames.QUOTA_EXACT, () -> exact.getAsBoolean() ? 1 : 0);
        gauge(registry, MetricNames.QUOTA_UNSETTLED, unsettled);
        gauge(registry, MetricNames.REPLICAS, replicas);
    }

    /** Shows from now on how many calls wait for a limit. */
    public static void register(MeterRegistry registry, IntSupplier waiting) {
        gauge(registry, MetricNames.QUOTA_WAITING, waiting);
    }

    private static void gauge(MeterRegistry registry, MetricNames name, IntSupplier value) {
        Gauge.builder(name.meter(), value::getAsInt).description(name.help()).register(registry);
    }
}
