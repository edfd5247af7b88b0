// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import dev.headgate.call.CallListener;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Completion;
import dev.headgate.call.Try;
import dev.headgate.call.Usage;
import dev.headgate.call.Waited;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts calls. Every label value comes from the configuration or from a closed set, never from what a client wrote, so that the
 * number of series is bounded. Thread-safe; meters are looked up once per combination of labels.
 */
public final class MetricsListener implements CallListener {
    private static final Duration[] DURATIONS =
            durations(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000);
    private static final String NONE = "none";
    private static final String OTHER = "other";
    /** A retry goes to the same target once more, so it is none. */
    private static final Set<Try.Reason> ELSEWHERE =
            Set.of(Try.Reason.FAILOVER, Try.Reason.CONTEXT_TOO_LONG, Try.Reason.CONTENT_FILTER, Try.Reason.NEXT_KEY);

    private final MeterRegistry registry;
    private final LongAdder inFlight = new LongAdder();
    private final ConcurrentHashMap<CallLabels, CallMeters> calls = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<CounterKey, Counter> counters = new ConcurrentHashMap<>();
    private final Timer overhead;

    public MetricsListener(MeterRegistry registry) {
        this.registry = registry;
        this.overhead = Timer.builder(MetricNames.OVERHEAD.meter())
                .description(MetricNames.OVERHEAD.help())
                .serviceLevelObjectives(micros(50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 250_000))
                .register(registry);
        Gauge.builder(MetricNames.IN_FLIGHT.meter(), inFlight, LongAdder::sum)
                .description(MetricNames.IN_FLIGHT.help())
                .register(registry);
    }

    @Override
    public void started(CallRecord record) {
        inFlight.increment();
    }

    @Override
    public void ended(CallRecord record) {
        inFlight.decrement();
        CallMeters meters = calls.computeIfAbsent(labels(record), this::meters);
        meters.requests.increment();
        meters.duration.record(record.endedNanos - record.startedNanos, TimeUnit.NANOSECONDS);
        Completion completion = record.completion;
        if (completion != null) {
            if (completion.firstTokenNanos() != 0) {
                meters.firstToken.record(completion.firstTokenNanos() - record.startedNanos, TimeUnit.NANOSECONDS);
            }
            Usage usage = completion.usage();
            if (usage != null) {
                meters.input.increment((double) usage.input());
                meters.output.increment((double) usage.output());
            }
        }
        detours(record);
        limits(record);
        long own = record.overheadNanos();
        if (own >= 0) {
            overhead.record(own, TimeUnit.NANOSECONDS);
        }
    }

    /** Every try, and what kept the call from an answer by its first target. */
    private void detours(CallRecord record) {
        String route = record.route == null ? NONE : record.route;
        for (CallRecord.Attempt attempt : record.attempts()) {
            count(MetricNames.ATTEMPTS, "backend", attempt.target.backend().name(), "outcome", outcomeOf(attempt));
            if (ELSEWHERE.contains(attempt.plan.reason())) {
                String reason = attempt.plan.reason().name().toLowerCase(Locale.ROOT);
                count(MetricNames.FALLBACKS, "route", route, "reason", reason);
            }
        }
        for (CallRecord.Skip skip : record.skips()) {
            count(MetricNames.SKIPPED, "backend", skip.target().backend().name(), "reason", skip.why());
        }
        if (record.degraded) {
            count(MetricNames.DEGRADED, "route", route);
        }
    }

    private void limits(CallRecord record) {
        if (record.principal == null) {
            return;
        }
        String tenant = record.principal.tenant();
        if (record.limit != null) {
            count(MetricNames.QUOTA_REFUSED, "tenant", tenant, "limit", kindOf(record.limit));
        }
        Waited waited = record.waited;
        if (waited != null) {
            String outcome = waited.outcome().name().toLowerCase(Locale.ROOT);
            count(MetricNames.QUOTA_WAITS, "tenant", tenant, "outcome", outcome);
        }
        for (String limit : record.wouldHaveRefused) {
            count(MetricNames.QUOTA_WOULD_HAVE_REFUSED, "tenant", tenant, "limit", kindOf(limit));
        }
    }

    /** Whose and what, without names: {@code key/acme/web/usdPerDay} is {@code key/usdPerDay}. */
    private static String kindOf(String limit) {
        return limit.substring(0, limit.indexOf('/')) + limit.substring(limit.lastIndexOf('/'));
    }

    private void count(MetricNames name, String... tags) {
        counters.computeIfAbsent(new CounterKey(name, List.of(tags)), key -> counter(name, Tags.of(tags)))
                .increment();
    }

    private static CallLabels labels(CallRecord record) {
        CallRecord.Attempt last = record.lastAttempt();
        return new CallLabels(
                record.endpoint == null ? OTHER : record.endpoint.path(),
                record.route == null ? NONE : record.route,
                last == null ? NONE : last.target.declared() ? last.target.model() : OTHER,
                last == null ? NONE : last.target.backend().name(),
                record.status / 100 + "xx",
                error(record));
    }

    private static String error(CallRecord record) {
        if (record.error == null) {
            return record.status == 499 ? "caller_gone" : NONE;
        }
        return record.error.label();
    }

    private static String outcomeOf(CallRecord.Attempt attempt) {
        return attempt.failure != null
                ? attempt.failure
                : attempt.status == 0 ? "cancelled" : attempt.status / 100 + "xx";
    }

    private CallMeters meters(CallLabels labels) {
        Tags tags = Tags.of(
                "endpoint", labels.endpoint, "route", labels.route, "model", labels.model, "backend", labels.backend);
        Tags ended = tags.and("status", labels.status, "error", labels.error);
        return new CallMeters(
                counter(MetricNames.REQUESTS, ended),
                timer(MetricNames.DURATION, tags.and("status", labels.status)),
                timer(MetricNames.FIRST_TOKEN, tags),
                counter(MetricNames.TOKENS, tags.and("direction", "input")),
                counter(MetricNames.TOKENS, tags.and("direction", "output")));
    }

    private Counter counter(MetricNames name, Tags tags) {
        return Counter.builder(name.meter()).description(name.help()).tags(tags).register(registry);
    }

    private Timer timer(MetricNames name, Tags tags) {
        return Timer.builder(name.meter())
                .description(name.help())
                .tags(tags)
                .serviceLevelObjectives(DURATIONS)
                .register(registry);
    }

    private static Duration[] durations(long... millis) {
        return java.util.Arrays.stream(millis).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }

    private static Duration[] micros(long... micros) {
        return java.util.Arrays.stream(micros)
                .mapToObj(m -> Duration.ofNanos(m * 1000))
                .toArray(Duration[]::new);
    }

    private record CallLabels(
            String endpoint, String route, String model, String backend, String status, String error) {}

    /** @param tags names and values by turns */
    private record CounterKey(MetricNames name, List<String> tags) {}

    private record CallMeters(Counter requests, Timer duration, Timer firstToken, Counter input, Counter output) {}
}
