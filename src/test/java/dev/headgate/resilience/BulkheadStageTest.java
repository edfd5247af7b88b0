// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static dev.headgate.resilience.BulkheadCalls.atMost;
import static dev.headgate.resilience.BulkheadCalls.call;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Ending;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Guards.BulkheadRule;
import dev.headgate.call.Reply;
import dev.headgate.call.UnaryReply;
import dev.headgate.pipeline.Stage;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class BulkheadStageTest {
    private static final URI ANYWHERE = URI.create("http://127.0.0.1");
    private static final BulkheadRule ONE = atMost(1, Duration.ZERO);

    private long now;
    private final Bulkhead bulkhead = new Bulkhead(() -> now);
    private final Stage stage = new BulkheadStage(backend -> bulkhead);

    private static Reply answer(int status) {
        return new UnaryReply(status, MultiMap.caseInsensitiveMultiMap(), Buffer.buffer(), null, null);
    }

    @Test
    void costs_nothing_without_a_rule() {
        Stage none = new BulkheadStage(backend -> {
            throw new AssertionError("nobody asked for a bulkhead");
        });
        Reply answer = answer(200);
        assertThat(none.handle(call(), c -> Future.succeededFuture(answer)).result())
                .isSameAs(answer);
    }

    @Test
    void holds_the_slot_until_the_answer_is_delivered() {
        Reply answer = answer(200);
        stage.handle(call(ANYWHERE, ONE), c -> Future.succeededFuture(answer));
        assertThat(bulkhead.inUse()).isEqualTo(1);
        answer.ended(Ending.COMPLETE);
        assertThat(bulkhead.inUse()).isZero();
    }

    @Test
    void gives_the_slot_back_when_the_client_left() {
        Reply answer = answer(200);
        stage.handle(call(ANYWHERE, ONE), c -> Future.succeededFuture(answer));
        answer.ended(Ending.CLIENT_GONE);
        assertThat(bulkhead.inUse()).isZero();
    }

    @Test
    void gives_the_slot_back_when_the_try_failed() {
        Promise<Reply> pending = Promise.promise();
        Future<Reply> reply = stage.handle(call(ANYWHERE, ONE), c -> pending.future());
        assertThat(bulkhead.inUse()).isEqualTo(1);
        pending.fail(GatewayError.of(ErrorKind.UPSTREAM_FAILED, "broke").asFailure());
        assertThat(reply.failed()).isTrue();
        assertThat(bulkhead.inUse()).isZero();
    }

    @Test
    void tries_nothing_when_there_is_no_slot() {
        stage.handle(call(ANYWHERE, ONE), c -> Future.succeededFuture(answer(200)));
        Future<Reply> refused = stage.handle(call(ANYWHERE, ONE), c -> {
            throw new AssertionError("tried without a slot");
        });
        assertThat(refused.cause()).isInstanceOf(NotAdmitted.class);
    }

    /** Whether the adaptive limit is cut when every other answer of a window is of one kind and the others are good. */
    private boolean isCutBy(Stage.Next tries) {
        for (int i = 0; i < 100; i++) {
            now += 10_000_000;
            stage.handle(
                            call(ANYWHERE, BulkheadCalls.adaptive()),
                            i % 2 == 0 ? tries : c -> Future.succeededFuture(answer(200)))
                    .onSuccess(reply -> reply.ended(Ending.COMPLETE));
        }
        return bulkhead.limitOf(BulkheadCalls.adaptive()) < AdaptiveLimit.START;
    }

    @ParameterizedTest
    @CsvSource({"200,false", "400,false", "429,true", "503,true", "529,true"})
    void counts_as_overload_what_the_backend_says(int status, boolean overload) {
        assertThat(isCutBy(c -> Future.succeededFuture(answer(status)))).isEqualTo(overload);
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorKind.class,
            names = {"UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE", "UPSTREAM_FAILED"})
    void counts_a_timeout_as_overload_but_not_a_backend_that_is_not_there(ErrorKind kind) {
        assertThat(isCutBy(
                        c -> Future.failedFuture(GatewayError.of(kind, "failed").asFailure())))
                .isEqualTo(kind == ErrorKind.UPSTREAM_TIMEOUT);
    }

    @Test
    void counts_as_overload_what_an_attempt_was_told_before_it_failed() {
        assertThat(isCutBy(c -> {
                    c.record().attempt(c.attemptNow(), 1).status = 529;
                    return Future.failedFuture(GatewayError.of(ErrorKind.UPSTREAM_UNAVAILABLE, "overloaded")
                            .asFailure());
                }))
                .isTrue();
    }

    @Test
    void counts_a_call_as_overload_whose_deadline_passed_at_the_backend() {
        Stage.Next late = c -> {
            c.cancellation().cancel(GatewayError.of(ErrorKind.UPSTREAM_TIMEOUT, "late"));
            return Future.failedFuture(
                    GatewayError.of(ErrorKind.UPSTREAM_FAILED, "cancelled").asFailure());
        };
        assertThat(isCutBy(late)).isTrue();
    }
}
