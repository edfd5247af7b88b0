// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import static dev.headgate.testkit.Sample.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.AllowList;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Principal;
import dev.headgate.call.Priority;
import dev.headgate.call.Try;
import dev.headgate.call.Try.Reason;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is counted of a call that did not go straight. */
class MetricsListenerTest {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final CallRecord record = new CallRecord("id", "id", 1, new MetricsListener(registry));

    @ParameterizedTest
    @EnumSource(names = {"FAILOVER", "NEXT_KEY", "CONTEXT_TOO_LONG", "CONTENT_FILTER"})
    void a_try_elsewhere_is_a_fallback_of_its_route(Reason reason) {
        record.route = "chat";
        attempt(Reason.FIRST);
        attempt(reason);
        record.close(9);

        assertThat(registry.scrape())
                .contains("headgate_fallbacks_total{reason=\"" + reason.name().toLowerCase(java.util.Locale.ROOT)
                        + "\",route=\"chat\"} 1.0")
                .contains("llm_upstream_attempts_total{backend=\"blue\",outcome=\"5xx\"} 2.0");
    }

    @ParameterizedTest
    @EnumSource(names = {"FIRST", "RETRY"})
    void a_try_at_the_same_target_is_no_fallback(Reason reason) {
        attempt(reason);
        record.close(9);

        assertThat(registry.scrape())
                .doesNotContain("headgate_fallbacks_total")
                .contains("llm_upstream_attempts_total{backend=\"blue\",outcome=\"5xx\"} 1.0");
    }

    @Test
    void counts_skipped_targets_and_template_answers() {
        record.route = "chat";
        record.skipped(target("blue"), "breaker_open");
        record.skipped(target("blue"), "breaker_open");
        record.skipped(target("blue"), "unhealthy");
        record.degraded = true;
        record.close(9);

        assertThat(registry.scrape())
                .contains("headgate_targets_skipped_total{backend=\"blue\",reason=\"breaker_open\"} 2.0")
                .contains("headgate_targets_skipped_total{backend=\"blue\",reason=\"unhealthy\"} 1.0")
                .contains("headgate_degraded_total{route=\"chat\"} 1.0");
    }

    @Test
    void counts_refusals_by_tenant_and_limit_without_the_names_of_keys() {
        record.principal =
                new Principal("acme", "web", Map.of(), AllowList.ALL, false, false, false, Priority.DEFAULT, 1);
        record.limit = "key/acme/web/usdPerDay";
        record.wouldHaveRefused = List.of("tenant/acme/tokensPerDay", "user/acme/requestsPerMinute");
        record.close(9);

        assertThat(registry.scrape())
                .contains("headgate_quota_refused_total{limit=\"key/usdPerDay\",tenant=\"acme\"} 1.0")
                .contains("headgate_quota_would_have_refused_total{limit=\"tenant/tokensPerDay\",tenant=\"acme\"} 1.0")
                .contains(
                        "headgate_quota_would_have_refused_total{limit=\"user/requestsPerMinute\",tenant=\"acme\"} 1.0");
    }

    private void attempt(Reason reason) {
        CallRecord.Attempt attempt = record.attempt(new Try(target("blue"), 0, reason, false), 2);
        attempt.status = 500;
        attempt.endedNanos = 3;
    }
}
