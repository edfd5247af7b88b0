// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import dev.headgate.call.Version;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Meters of the process itself: configuration state, memory, log queue and the JVM's own. */
public final class ProcessMetrics {
    private ProcessMetrics() {}

    /** @param configTime milliseconds since 1970 at which the running configuration was taken */
    public static void register(
            MeterRegistry registry, BooleanSupplier configOk, LongSupplier configTime, LongSupplier bodyBytes) {
        gauge(registry, MetricNames.CONFIG_OK, () -> configOk.getAsBoolean() ? 1 : 0);
        gauge(registry, MetricNames.CONFIG_TIME, () -> configTime.getAsLong() / 1000.0);
        gauge(registry, MetricNames.BODY_BYTES, bodyBytes::getAsLong);
        FunctionCounter.builder(MetricNames.LOG_DROPPED.meter(), registry, r -> Logging.dropped())
                .description(MetricNames.LOG_DROPPED.help())
                .register(registry);
        Gauge.builder(MetricNames.BUILD.meter(), () -> 1)
                .description(MetricNames.BUILD.help())
                .tag("version", Version.current())
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        JvmGcMetrics gc = new JvmGcMetrics();
        gc.bindTo(registry);
    }

    private static void gauge(MeterRegistry registry, MetricNames name, java.util.function.Supplier<Number> value) {
        Gauge.builder(name.exposed(), value).description(name.help()).register(registry);
    }
}
