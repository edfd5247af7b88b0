// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import dev.headgate.call.GuardListener;
import dev.headgate.call.Priority;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows what protects backends and the process. Every label value comes from the configuration or from a closed set. Gauges go
 * with their backend; counters stay until the process ends. Thread-safe.
 */
public final class GuardMetrics implements GuardListener {
    private static final String BACKEND = "backend";

    private final MeterRegistry registry;
    private final ConcurrentHashMap<GaugeKey, Shown> gauges = new ConcurrentHashMap<>();
    private volatile @Nullable Set<String> known;

    public GuardMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void breaker(String backend, String model, BreakerPhase phase) {
        set(MetricNames.BREAKER_STATE, backend, Tags.of(BACKEND, backend, "model", model), number(phase));
    }

    @Override
    public void credentialParked(String backend, int key, int status) {
        count(
                MetricNames.CREDENTIALS_PARKED,
                Tags.of(BACKEND, backend, "key", Integer.toString(key), "status", Integer.toString(status)));
    }

    @Override
    public void retryRefused(String backend) {
        count(MetricNames.RETRIES_REFUSED, Tags.of(BACKEND, backend));
    }

    @Override
    public void health(String backend, boolean healthy) {
        set(MetricNames.BACKEND_HEALTHY, backend, Tags.of(BACKEND, backend), healthy ? 1 : 0);
    }

    @Override
    public void shed(Priority priority) {
        count(MetricNames.SHED, Tags.of("priority", priority.name().toLowerCase(Locale.ROOT)));
    }

    /**
     * Shows a backend's bulkhead from now on, instead of one that was shown before under this name.
     *
     * @param limit calls that it lets in at once now
     * @param inUse calls that it has let in
     * @param waiting calls that wait for a slot
     */
    public void bulkhead(String backend, IntSupplier limit, IntSupplier inUse, IntSupplier waiting) {
        show(MetricNames.BULKHEAD_LIMIT, backend, limit);
        show(MetricNames.BULKHEAD_IN_USE, backend, inUse);
        show(MetricNames.BULKHEAD_WAITING, backend, waiting);
    }

    /** Shows no bulkhead of this backend any more. */
    public void noBulkhead(String backend) {
        for (MetricNames name :
                new MetricNames[] {MetricNames.BULKHEAD_LIMIT, MetricNames.BULKHEAD_IN_USE, MetricNames.BULKHEAD_WAITING
                }) {
            Shown shown = gauges.remove(new GaugeKey(name, backend, Tags.of(BACKEND, backend)));
            if (shown != null) {
                registry.remove(shown.meter);
            }
        }
    }

    /** Takes away the gauges of all other backends, and shows none of theirs if one of their last calls still tells something. */
    public void retain(Set<String> backends) {
        known = Set.copyOf(backends);
        gauges.forEach((key, shown) -> {
            if (!backends.contains(key.backend) && gauges.remove(key, shown)) {
                registry.remove(shown.meter);
            }
        });
    }

    private static int number(BreakerPhase phase) {
        return switch (phase) {
            case CLOSED -> 0;
            case RAMP_UP -> 1;
            case HALF_OPEN -> 2;
            case OPEN -> 3;
        };
    }

    private void set(MetricNames name, String backend, Tags tags, int value) {
        Set<String> now = known;
        if (now == null || now.contains(backend)) {
            gauges.computeIfAbsent(new GaugeKey(name, backend, tags), this::changing)
                    .value
                    .set(value);
        }
    }

    private Shown changing(GaugeKey key) {
        AtomicInteger value = new AtomicInteger();
        return new Shown(gauge(key, value::get), value);
    }

    private void show(MetricNames name, String backend, IntSupplier value) {
        gauges.compute(new GaugeKey(name, backend, Tags.of(BACKEND, backend)), (key, before) -> {
            if (before != null) {
                registry.remove(before.meter);
            }
            return new Shown(gauge(key, value), new AtomicInteger());
        });
    }

    private Meter gauge(GaugeKey key, IntSupplier value) {
        return Gauge.builder(key.name.meter(), value::getAsInt)
                .description(key.name.help())
                .tags(key.tags)
                .register(registry);
    }

    private void count(MetricNames name, Tags tags) {
        Counter.builder(name.meter())
                .description(name.help())
                .tags(tags)
                .register(registry)
                .increment();
    }

    private record GaugeKey(MetricNames name, String backend, Tags tags) {}

    /** @param value what the gauge tells, unless it asks somebody else */
    private record Shown(Meter meter, AtomicInteger value) {}
}
