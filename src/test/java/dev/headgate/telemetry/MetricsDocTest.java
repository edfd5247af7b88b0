// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Backend;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Completion;
import dev.headgate.call.Ending;
import dev.headgate.call.Endpoint;
import dev.headgate.call.Target;
import dev.headgate.call.Usage;
import dev.headgate.testkit.Documents;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
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
        CallRecord record = new CallRecord("id", "id", 1, new MetricsListener(registry));
        record.endpoint = Endpoint.CHAT;
        record.route = "chat";
        record.stream = true;
        record.status = 200;
        record.bodyReadNanos = 2;
        CallRecord.Attempt attempt = record.attempt(new Target("m", backend(), "m", Map.of(), Map.of(), true), 3);
        attempt.status = 200;
        attempt.headNanos = 4;
        attempt.endedNanos = 6;
        record.completion = new Completion(Ending.COMPLETE, new Usage(3, 5, 0, 0), "stop", 100, 5);
        record.close(7);
        return registry.scrape();
    }

    private static Backend backend() {
        return new Backend(
                "b",
                Backend.Dialect.DEMO,
                null,
                new Backend.Auth.None(),
                List.of(),
                Map.of(),
                null,
                null,
                null,
                null,
                true,
                Duration.ofSeconds(2),
                null);
    }
}
