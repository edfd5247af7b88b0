// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static dev.headgate.testkit.Sample.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.headgate.call.Allowance;
import dev.headgate.call.CallRecord;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.Try;
import dev.headgate.call.Waited;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswerHeadersTest {
    private final CallRecord record = new CallRecord("call_1", "call_1", 1, ended -> {});

    @Test
    void a_caller_who_may_know_is_told_of_the_last_try() {
        record.attempt(Try.first(target("blue")), 2);
        record.attempt(new Try(target("green"), 0, Try.Reason.FAILOVER, true), 3);

        MultiMap headers = AnswerHeaders.of(record, true);

        assertThat(headers.get("x-headgate-call")).isEqualTo("call_1");
        assertThat(headers.get("x-headgate-backend")).isEqualTo("green");
        assertThat(headers.get("x-headgate-attempts")).isEqualTo("2");
        assertThat(headers.get("x-headgate-last-resort")).isEqualTo("true");
        assertThat(headers.contains("x-headgate-degraded")).isFalse();
    }

    @Test
    void a_try_that_was_no_last_resort_says_nothing_of_it() {
        record.attempt(new Try(target("blue"), 0, Try.Reason.FIRST, true), 2);
        record.attempt(new Try(target("green"), 0, Try.Reason.FAILOVER, false), 3);

        assertThat(AnswerHeaders.of(record, true).contains("x-headgate-last-resort"))
                .isFalse();
    }

    @Test
    void everybody_else_is_told_of_a_substitute_and_of_nothing_more() {
        record.attempt(new Try(target("blue"), 0, Try.Reason.FIRST, true), 2);
        assertThat(AnswerHeaders.of(record, false)).isEmpty();

        record.degraded = true;
        MultiMap headers = AnswerHeaders.of(record, false);
        assertThat(headers.names()).containsExactly("x-headgate-degraded");
        assertThat(headers.get("x-headgate-degraded")).isEqualTo("template");
    }

    @Test
    void everybody_is_told_of_the_limits_that_are_put_on_them() {
        record.requestsLeft = new Allowance(60, 59, Duration.ofMillis(12));
        record.tokensLeft = new Allowance(90_000, 100, Duration.ofMinutes(6));
        record.limit = "tenant/acme/usdPerDay";
        record.waited = new Waited(7, 1_234_567_890, Waited.Outcome.REFUSED);
        record.error = ErrorKind.BUDGET_EXCEEDED;

        assertThat(AnswerHeaders.of(record, false))
                .extracting(Map.Entry::getKey, Map.Entry::getValue)
                .containsExactly(
                        tuple("x-headgate-limit", "tenant/acme/usdPerDay"),
                        tuple("x-should-retry", "false"),
                        tuple("x-ratelimit-limit-requests", "60"),
                        tuple("x-ratelimit-remaining-requests", "59"),
                        tuple("x-ratelimit-reset-requests", "12ms"),
                        tuple("x-ratelimit-limit-tokens", "90000"),
                        tuple("x-ratelimit-remaining-tokens", "100"),
                        tuple("x-ratelimit-reset-tokens", "6m0s"),
                        tuple("x-headgate-queue-position", "7"),
                        tuple("x-headgate-queue-wait-ms", "1234"));
    }
}
