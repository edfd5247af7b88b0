// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import static dev.headgate.testkit.Sample.target;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.headgate.call.CallRecord;
import dev.headgate.call.CallRecord.Attempt;
import dev.headgate.call.Completion;
import dev.headgate.call.Ending;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.Principal;
import dev.headgate.call.Try;
import dev.headgate.call.Try.Reason;
import dev.headgate.call.Usage;
import dev.headgate.call.Waited;
import dev.headgate.testkit.Documents;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the access line tells of a call, above all of one that did not go straight. */
class AccessLogListenerTest {
    private static final long MILLI = 1_000_000;

    private final Logger logger = (Logger) LoggerFactory.getLogger(Logging.ACCESS);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final CallRecord record = new CallRecord("id", "client-id", MILLI, new AccessLogListener());

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
    }

    @Test
    void a_call_that_went_straight_says_nothing_of_tries() {
        answered(attempt("blue", Reason.FIRST, false, 2), 200, 3);

        assertThat(line()).doesNotContainKeys("tries", "skipped", "degraded");
    }

    @Test
    void every_try_says_why_where_what_and_how_long() {
        failed(attempt("blue", Reason.FIRST, false, 2), "upstream_unavailable", 3.24);
        failed(attempt("blue", Reason.RETRY, false, 50), "upstream_unavailable", 51);
        answered(attempt("green", Reason.FAILOVER, false, 51), 429, 61);
        answered(attempt("green", Reason.NEXT_KEY, true, 61), 200, 146.4);

        assertThat(line())
                .containsEntry(
                        "tries",
                        "blue upstream_unavailable 1.2ms, retry blue upstream_unavailable 1.0ms, failover green 429 10ms,"
                                + " next_key last_resort green 200 85ms")
                .doesNotContainKey("skipped");
    }

    @Test
    void a_skipped_target_is_told_once_and_brings_the_tries_along() {
        record.skipped(target("red"), "breaker_open");
        record.skipped(target("red"), "breaker_open");
        record.skipped(target("black"), "unhealthy");
        answered(attempt("green", Reason.FIRST, false, 2), 200, 5);

        assertThat(line())
                .containsEntry("skipped", "red breaker_open, black unhealthy")
                .containsEntry("tries", "green 200 3.0ms");
    }

    @Test
    void a_try_that_the_end_of_the_call_cut_short_lasts_until_then() {
        failed(attempt("blue", Reason.FIRST, false, 2), "upstream_failed", 3);
        attempt("green", Reason.FAILOVER, false, 80);

        assertThat(line()).containsEntry("tries", "blue upstream_failed 1.0ms, failover green cancelled 20ms");
    }

    @Test
    void a_template_answer_without_any_try_is_told() {
        record.skipped(target("red"), "off");
        record.degraded = true;

        assertThat(line())
                .containsEntry("degraded", true)
                .containsEntry("skipped", "red off")
                .doesNotContainKey("tries");
    }

    @Test
    void the_page_lists_every_field_in_the_order_of_the_line() {
        record.endpoint = Endpoint.CHAT;
        record.principal = Principal.ANONYMOUS;
        record.route = "chat";
        record.variant = "stable";
        record.model = "chat";
        record.stream = true;
        record.bodyReadNanos = MILLI;
        record.revision = "r1";
        record.degraded = true;
        record.drained = true;
        record.tokensCharged = 8;
        record.usageEstimated = true;
        record.costUnknown = true;
        record.waited = new Waited(2, 5_000_000, Waited.Outcome.PASSED);
        record.wouldHaveRefused = List.of("tenant/local/tokensPerDay");
        record.limit = "tenant/local/usdPerDay";
        record.error = ErrorKind.UPSTREAM_FAILED;
        record.errorMessage = "broken";
        record.skipped(target("red"), "off");
        answered(attempt("green", Reason.FIRST, false, 2), 200, 5);
        record.completion = new Completion(Ending.COMPLETE, new Usage(3, 5, 0, 0), "stop", 100, 4 * MILLI);

        assertThat(line().keySet())
                .containsExactlyElementsOf(Documents.firstColumn("docs/reference/access-log.md", "## Fields").stream()
                        .flatMap(cell -> Stream.of(cell.split(", ")))
                        .toList());
    }

    private Attempt attempt(String backend, Reason reason, boolean lastResort, long startMillis) {
        return record.attempt(new Try(target(backend), 0, reason, lastResort), startMillis * MILLI);
    }

    private static void answered(Attempt attempt, int status, double endMillis) {
        attempt.status = status;
        attempt.headNanos = (long) (endMillis * MILLI);
        attempt.endedNanos = (long) (endMillis * MILLI);
    }

    private static void failed(Attempt attempt, String failure, double endMillis) {
        attempt.failure = failure;
        attempt.endedNanos = (long) (endMillis * MILLI);
    }

    /** The fields of the call's line, in their order; the call ends at 100 ms. */
    private Map<String, Object> line() {
        record.close(100 * MILLI);
        Map<String, Object> fields = new LinkedHashMap<>();
        lines.list.getFirst().getKeyValuePairs().forEach(pair -> fields.put(pair.key, pair.value));
        return fields;
    }
}
