// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Call;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Ending;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.GuardListener.BreakerPhase;
import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.call.Reply;
import dev.headgate.call.Target;
import dev.headgate.call.Try;
import dev.headgate.call.UnaryReply;
import dev.headgate.resilience.BreakerStage.Finding;
import dev.headgate.resilience.FailureWindow.Counts;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(VertxExtension.class)
class BreakerStageTest {
    /** Stays open for longer than any test runs. */
    private static final BreakerRule RULE = new BreakerRule(
            50, Duration.ofSeconds(30), 80, 4, Duration.ofSeconds(30), Duration.ofHours(1), Duration.ofSeconds(10));

    private final Target target = BreakerCalls.target(BreakerCalls.backend("b", RULE), "m");
    private final Call call = BreakerCalls.call(Try.first(target));
    private Backends backends;
    private TargetState state;
    private BreakerStage stage;

    @BeforeEach
    void start(Vertx vertx) {
        backends = new Backends(vertx, new BreakerCalls.Heard(), new AtomicLong()::get, new Random(1));
        state = backends.of(target);
        stage = new BreakerStage(backends);
    }

    @ParameterizedTest
    @CsvSource({
        "200, SUCCEEDED",
        "304, SUCCEEDED",
        "400, NEUTRAL",
        "401, NEUTRAL",
        "408, NEUTRAL",
        "429, NEUTRAL",
        "499, NEUTRAL",
        "500, FAILED",
        "529, FAILED"
    })
    void finds_in_an_answer(int status, Finding finding) {
        assertThat(BreakerStage.ofAnswer(status)).isEqualTo(finding);
    }

    @ParameterizedTest(name = "{0} after status {1}, cancelled: {2} -> {3}")
    @CsvSource({
        "UPSTREAM_UNAVAILABLE,      0, false, FAILED",
        "UPSTREAM_UNAVAILABLE,    503, false, FAILED",
        "UPSTREAM_TIMEOUT,          0, false, FAILED",
        "UPSTREAM_TIMEOUT,        200, false, FAILED",
        "UPSTREAM_FAILED,         500, false, FAILED",
        "UPSTREAM_FAILED,         404, false, FAILED",
        "UPSTREAM_TLS_ERROR,        0, false, FAILED",
        "UPSTREAM_PROTOCOL_ERROR,   0, false, FAILED",
        // A key was refused or limited, which tells nothing of the model.
        "UPSTREAM_CREDENTIALS,    401, false, NEUTRAL",
        "UPSTREAM_FAILED,         429, false, NEUTRAL",
        // The caller's fault or ours; whether the backend lives is known only if it had answered.
        "INVALID_REQUEST,         200, false, NEUTRAL",
        "INVALID_REQUEST,           0, false, ABANDONED",
        "INTERNAL,                  0, false, ABANDONED",
        // Nobody waited any more.
        "UPSTREAM_FAILED,           0, true,  ABANDONED",
        "UPSTREAM_TIMEOUT,        200, true,  ABANDONED",
    })
    void finds_in_a_failure(ErrorKind kind, int head, boolean cancelled, Finding finding) {
        assertThat(BreakerStage.ofFailure(failure(kind), head, cancelled)).isEqualTo(finding);
    }

    @Test
    void a_try_that_something_of_ours_kept_back_tells_nothing_of_the_backend() {
        NotAdmitted full = new NotAdmitted(NotAdmitted.Why.BULKHEAD_FULL);

        assertThat(BreakerStage.ofFailure(full, 0, false)).isEqualTo(Finding.ABANDONED);
    }

    @Test
    void what_failed_by_a_bug_of_ours_tells_nothing_of_the_backend() {
        assertThat(BreakerStage.ofFailure(new IllegalStateException(), 0, false))
                .isEqualTo(Finding.ABANDONED);
    }

    @Test
    void counts_a_call_as_running_until_its_answer_is_delivered() {
        Reply answer = answer(200);
        Promise<Reply> coming = Promise.promise();
        Future<Reply> reply = stage.handle(call, c -> coming.future());
        assertThat(state.inFlight()).hasValue(1);

        coming.complete(answer);
        assertThat(reply.result()).isSameAs(answer);
        assertThat(state.inFlight()).hasValue(1);

        answer.ended(Ending.COMPLETE);
        answer.ended(Ending.CLIENT_GONE);
        assertThat(state.inFlight()).hasValue(0);
        assertThat(state.breaker().counts()).isEqualTo(new Counts(1, 0, 0));
    }

    @Test
    void a_call_that_failed_runs_no_more_and_its_failure_is_passed_on() {
        Throwable cause = failure(ErrorKind.UPSTREAM_UNAVAILABLE);
        Future<Reply> reply = stage.handle(call, c -> Future.failedFuture(cause));

        assertThat(reply.cause()).isSameAs(cause);
        assertThat(state.inFlight()).hasValue(0);
        assertThat(state.breaker().counts()).isEqualTo(new Counts(1, 1, 0));
    }

    @Test
    void refuses_without_a_try_while_the_breaker_is_open() {
        open();
        Future<Reply> reply = stage.handle(call, c -> {
            throw new AssertionError("nothing may be sent");
        });

        assertThat(reply.cause())
                .isInstanceOfSatisfying(
                        NotAdmitted.class,
                        refused -> assertThat(refused.why()).isEqualTo(NotAdmitted.Why.BREAKER_OPEN));
        assertThat(state.inFlight()).hasValue(0);
    }

    @Test
    void lets_a_last_resort_through_an_open_breaker() {
        open();
        Call last = BreakerCalls.call(new Try(target, 0, Try.Reason.FAILOVER, true));

        assertThat(stage.handle(last, c -> Future.succeededFuture(answer(200))).succeeded())
                .isTrue();
        assertThat(state.inFlight()).hasValue(1);
        assertThat(state.breaker().phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void a_stream_that_breaks_after_its_first_token_is_a_failure() {
        Reply answer = answer(200);
        stage.handle(call, c -> Future.succeededFuture(answer));
        assertThat(state.breaker().counts()).isEqualTo(new Counts(1, 0, 0));

        answer.ended(Ending.UPSTREAM_BROKE);
        assertThat(state.breaker().counts()).isEqualTo(new Counts(1, 1, 0));
    }

    @Test
    void a_client_that_leaves_in_the_middle_of_a_stream_is_no_failure() {
        Reply answer = answer(200);
        stage.handle(call, c -> Future.succeededFuture(answer));
        call.cancellation().cancel(null);
        answer.ended(Ending.CLIENT_GONE);

        assertThat(state.breaker().counts()).isEqualTo(new Counts(1, 0, 0));
        assertThat(state.inFlight()).hasValue(0);
    }

    @Test
    void measures_a_stream_by_its_first_token() {
        Call streaming = BreakerCalls.stream(Try.first(target));
        stage.handle(streaming, c -> {
            CallRecord.Attempt attempt = attempt(c, 1_000);
            attempt.headNanos = 2_000;
            attempt.firstTokenNanos = 1_000 + TimeUnit.SECONDS.toNanos(31);
            return Future.succeededFuture(answer(200));
        });

        assertThat(state.breaker().counts()).isEqualTo(new Counts(1, 0, 1));
        assertThat(state.firstToken().nanos()).isEqualTo(TimeUnit.SECONDS.toNanos(31));
        assertThat(state.answer().nanos()).isZero();
    }

    @Test
    void measures_any_other_answer_by_its_end_and_takes_it_for_no_first_token() {
        stage.handle(call, c -> {
            CallRecord.Attempt attempt = attempt(c, 1_000);
            attempt.headNanos = 2_000;
            attempt.endedNanos = 1_000 + TimeUnit.SECONDS.toNanos(31);
            return Future.succeededFuture(answer(200));
        });

        assertThat(state.breaker().counts()).isEqualTo(new Counts(1, 0, 1));
        assertThat(state.firstToken().nanos()).isZero();
        assertThat(state.answer().nanos()).isEqualTo(TimeUnit.SECONDS.toNanos(31));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "31, 1"})
    void a_cancelled_call_was_slow_if_it_had_waited_for_too_long(long seconds, int slow) {
        stage.handle(call, c -> {
            attempt(c, System.nanoTime() - TimeUnit.SECONDS.toNanos(seconds));
            c.cancellation().cancel(null);
            return Future.failedFuture(failure(ErrorKind.UPSTREAM_FAILED));
        });

        assertThat(state.breaker().counts()).isEqualTo(new Counts(slow, 0, slow));
    }

    @Test
    void a_try_that_sent_nothing_is_not_judged_by_the_one_before() {
        attempt(call, System.nanoTime() - TimeUnit.SECONDS.toNanos(31)).status = 429;
        stage.handle(call, c -> Future.failedFuture(failure(ErrorKind.UPSTREAM_UNAVAILABLE)));

        assertThat(state.breaker().counts()).isEqualTo(new Counts(1, 1, 0));
    }

    private void open() {
        for (int i = 0; i < RULE.minimumCalls(); i++) {
            stage.handle(call, c -> Future.failedFuture(failure(ErrorKind.UPSTREAM_FAILED)));
        }
        assertThat(state.breaker().phase()).isEqualTo(BreakerPhase.OPEN);
    }

    private static CallRecord.Attempt attempt(Call call, long startedNanos) {
        return call.record().attempt(call.attemptNow(), startedNanos);
    }

    private static Reply answer(int status) {
        return new UnaryReply(status, MultiMap.caseInsensitiveMultiMap(), Buffer.buffer(), null, null);
    }

    private static Throwable failure(ErrorKind kind) {
        return GatewayError.of(kind, "It failed.").asFailure();
    }
}
