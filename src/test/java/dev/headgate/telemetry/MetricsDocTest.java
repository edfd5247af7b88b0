// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import static dev.headgate.testkit.Sample.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.CallRecord;
import dev.headgate.call.Completion;
import dev.headgate.call.Ending;
import dev.headgate.call.Endpoint;
import dev.headgate.call.GuardListener.BreakerPhase;
import dev.headgate.call.Principal;
import dev.headgate.call.Priority;
import dev.headgate.call.Try;
import dev.headgate.call.Usage;
import dev.headgate.call.Waited;
import dev.headgate.testkit.Documents;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Compares docs/reference/metrics.md with the names in the code and with what a scrape really shows. */
class MetricsDocTest {
    private static final String PAGE = "docs/reference/metrics.md";
    private static final String HEADING = "## Headgate's own";
    private static final Pattern SERIES = Pattern.compile("([a-z_]+)(?:\\{(.*)})? .*");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

    @Test
    void the_page_names_every_meter_and_says_what_it_tells() {
        assertThat(Documents.table(PAGE, HEADING).stream()
                        .map(row -> row.subList(0, 2))
                        .toList())
                .isEqualTo(Arrays.stream(MetricNames.values())
                        .map(name -> List.of(name.exposed(), name.help()))
                        .toList());
    }

    @Test
    void a_scrape_shows_the_names_and_the_labels_of_the_page() {
        Map<String, String> documented =
                Documents.table(PAGE, HEADING).stream().collect(Collectors.toMap(List::getFirst, row -> row.get(2)));
        Map<String, String> shown = new TreeMap<>();
        for (String line : scrape().lines().filter(l -> !l.startsWith("#")).toList()) {
            Matcher series = SERIES.matcher(line);
            if (series.matches()) {
                String name = series.group(1).replaceAll("_(bucket|count|sum|max)$", "");
                if (documented.containsKey(name)) {
                    shown.put(name, labels(series.group(2)));
                }
            }
        }
        assertThat(shown).isEqualTo(new TreeMap<>(documented));
    }

    private static String labels(String text) {
        TreeSet<String> names = new TreeSet<>();
        if (text != null) {
            LABEL.matcher(text).results().map(found -> found.group(1)).forEach(names::add);
        }
        names.remove("le");
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    private static String scrape() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        ProcessMetrics.register(registry, () -> true, () -> 1_000, () -> 0);
        QuotaMetrics.register(registry, () -> true, () -> 0, () -> 1);
        QuotaMetrics.register(registry, () -> 1);
        new BudgetMetrics(registry).show(Map.of(new BudgetMetrics.Budget("local", "tenant/usdPerDay"), () -> 0.5));
        new AlertMetrics(registry).ended("delivered");
        guards(new GuardMetrics(registry));
        CallRecord record = new CallRecord("id", "id", 1, new MetricsListener(registry));
        record.endpoint = Endpoint.CHAT;
        record.route = "chat";
        record.stream = true;
        record.status = 200;
        record.bodyReadNanos = 2;
        CallRecord.Attempt attempt = record.attempt(new Try(target("b"), 0, Try.Reason.FAILOVER, false), 3);
        record.skipped(target("b"), "breaker_open");
        record.degraded = true;
        record.principal = Principal.ANONYMOUS;
        record.limit = "tenant/local/usdPerDay";
        record.waited = new Waited(1, 1, Waited.Outcome.PASSED);
        record.wouldHaveRefused = List.of("key/local/web/tokensPerDay");
        attempt.status = 200;
        attempt.headNanos = 4;
        attempt.endedNanos = 6;
        record.completion = new Completion(Ending.COMPLETE, new Usage(3, 5, 0, 0), "stop", 100, 5);
        record.close(7);
        return registry.scrape();
    }

    private static void guards(GuardMetrics metrics) {
        metrics.breaker("b", "m", BreakerPhase.OPEN);
        metrics.credentialParked("b", 0, 401);
        metrics.retryRefused("b");
        metrics.health("b", true);
        metrics.shed(Priority.LOW);
        metrics.bulkhead("b", () -> 3, () -> 2, () -> 1);
    }
}
