// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.GuardListener.BreakerPhase;
import dev.headgate.call.Priority;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardMetricsTest {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final GuardMetrics metrics = new GuardMetrics(registry);

    @ParameterizedTest
    @CsvSource({"CLOSED,0.0", "RAMP_UP,1.0", "HALF_OPEN,2.0", "OPEN,3.0"})
    void a_breaker_shows_its_state_as_a_number(BreakerPhase phase, String shown) {
        metrics.breaker("blue", "big", BreakerPhase.OPEN);
        metrics.breaker("blue", "big", phase);

        assertThat(registry.scrape())
                .contains("headgate_breaker_state{backend=\"blue\",model=\"big\"} " + shown + "\n");
    }

    @Test
    void health_follows_the_last_word() {
        metrics.health("blue", true);
        assertThat(registry.scrape()).contains("headgate_backend_healthy{backend=\"blue\"} 1.0");
        metrics.health("blue", false);
        assertThat(registry.scrape()).contains("headgate_backend_healthy{backend=\"blue\"} 0.0");
    }

    @Test
    void counts_what_happens() {
        metrics.credentialParked("blue", 1, 429);
        metrics.credentialParked("blue", 1, 429);
        metrics.retryRefused("blue");
        metrics.shed(Priority.LOW);

        assertThat(registry.scrape())
                .contains("headgate_credentials_parked_total{backend=\"blue\",key=\"1\",status=\"429\"} 2.0")
                .contains("headgate_retries_refused_total{backend=\"blue\"} 1.0")
                .contains("headgate_shed_total{priority=\"low\"} 1.0");
    }

    @Test
    void asks_the_bulkhead_at_every_scrape_and_a_new_one_instead_of_the_old() {
        AtomicInteger inUse = new AtomicInteger(1);
        metrics.bulkhead("blue", () -> 8, inUse::get, () -> 0);
        inUse.set(5);
        assertThat(registry.scrape())
                .contains("headgate_bulkhead_limit{backend=\"blue\"} 8.0")
                .contains("headgate_bulkhead_in_use{backend=\"blue\"} 5.0")
                .contains("headgate_bulkhead_waiting{backend=\"blue\"} 0.0");

        metrics.bulkhead("blue", () -> 4, () -> 3, () -> 2);
        assertThat(registry.scrape())
                .contains("headgate_bulkhead_limit{backend=\"blue\"} 4.0")
                .contains("headgate_bulkhead_in_use{backend=\"blue\"} 3.0")
                .contains("headgate_bulkhead_waiting{backend=\"blue\"} 2.0");
    }

    @Test
    void a_backend_that_is_gone_takes_its_gauges_along() {
        for (String backend : Set.of("blue", "green")) {
            metrics.breaker(backend, "big", BreakerPhase.OPEN);
            metrics.health(backend, true);
            metrics.bulkhead(backend, () -> 8, () -> 1, () -> 0);
        }

        metrics.retain(Set.of("green"));
        metrics.breaker("blue", "big", BreakerPhase.CLOSED);
        metrics.health("blue", false);

        assertThat(registry.scrape()).doesNotContain("blue");
        assertThat(registry.scrape().lines().filter(line -> line.contains("{backend=\"green\"")))
                .hasSize(5);
    }
}
