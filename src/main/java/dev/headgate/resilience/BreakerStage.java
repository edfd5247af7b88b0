// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Call;
import dev.headgate.call.CallFailure;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Ending;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Reply;
import dev.headgate.call.Target;
import dev.headgate.pipeline.Stage;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Lets a try through if its target's breaker allows, and tells the breaker what became of it. */
public final class BreakerStage implements Stage {
    private static final Duration AFTER_FIRST_TOKEN = Duration.ofSeconds(1);
    private static final int TOO_MANY_REQUESTS = 429;

    private final Backends backends;

    public BreakerStage(Backends backends) {
        this.backends = backends;
    }

    @Override
    public Future<Reply> handle(Call call, Next next) {
        Target target = call.attemptTarget();
        TargetState state = backends.of(target);
        Pass pass = state.breaker()
                .enter(
                        target.backend().guards().breaker(),
                        target.timeouts().firstToken().plus(AFTER_FIRST_TOKEN),
                        call.attemptNow().lastResort());
        if (pass == null) {
            return Future.failedFuture(new NotAdmitted(NotAdmitted.Why.BREAKER_OPEN));
        }
        state.inFlight().incrementAndGet();
        CallRecord.Attempt before = call.record().lastAttempt();
        return next.proceed(call).onComplete(result -> {
            CallRecord.Attempt last = call.record().lastAttempt();
            learn(call, last == before ? null : last, result, pass, state);
            leaveWhenDone(result, pass, state);
        });
    }

    /** @param attempt null if nothing was sent */
    private static void learn(
            Call call, CallRecord.@Nullable Attempt attempt, AsyncResult<Reply> result, Pass pass, TargetState state) {
        int head = attempt == null ? 0 : attempt.status;
        boolean cancelled = call.cancellation().isCancelled();
        Finding finding =
                result.succeeded() ? ofAnswer(result.result().status()) : ofFailure(result.cause(), head, cancelled);
        switch (finding) {
            case SUCCEEDED -> pass.succeeded(attempt == null ? 0 : nanosToAnswer(attempt));
            case NEUTRAL -> pass.neutral();
            case FAILED -> pass.failed();
            case ABANDONED -> pass.abandoned(attempt == null ? 0 : System.nanoTime() - attempt.startedNanos);
        }
        if (finding == Finding.SUCCEEDED && attempt != null) {
            state.latency(call.body().stream()).sample(nanosToAnswer(attempt));
        }
    }

    private static void leaveWhenDone(AsyncResult<Reply> result, Pass pass, TargetState state) {
        if (result.failed()) {
            state.inFlight().decrementAndGet();
            return;
        }
        result.result().done().onComplete(done -> {
            state.inFlight().decrementAndGet();
            if (done.succeeded() && done.result().ending() == Ending.UPSTREAM_BROKE) {
                pass.broke();
            }
        });
    }

    static Finding ofAnswer(int status) {
        if (status < 400) {
            return Finding.SUCCEEDED;
        }
        return status < 500 ? Finding.NEUTRAL : Finding.FAILED;
    }

    /** @param head the status that the backend had answered with, or 0 if no answer had begun */
    static Finding ofFailure(Throwable cause, int head, boolean cancelled) {
        if (cancelled) {
            return Finding.ABANDONED;
        }
        if (cause instanceof CallFailure failure && isUpstreams(failure.error())) {
            boolean ofKey = failure.error().kind() == ErrorKind.UPSTREAM_CREDENTIALS || head == TOO_MANY_REQUESTS;
            return ofKey ? Finding.NEUTRAL : Finding.FAILED;
        }
        return head == 0 ? Finding.ABANDONED : Finding.NEUTRAL;
    }

    private static boolean isUpstreams(GatewayError error) {
        return error.kind().fault() == ErrorKind.Fault.UPSTREAM;
    }

    /** A stream is here with its first token, any other answer when it is whole or too large to wait for. */
    private static long nanosToAnswer(CallRecord.Attempt attempt) {
        long at = attempt.firstTokenNanos != 0 ? attempt.firstTokenNanos : attempt.endedNanos;
        return Math.max(0, at - attempt.startedNanos);
    }

    /** What a try says of its backend; the methods of {@link Pass} have the same names. */
    enum Finding {
        SUCCEEDED,
        NEUTRAL,
        FAILED,
        ABANDONED
    }
}
