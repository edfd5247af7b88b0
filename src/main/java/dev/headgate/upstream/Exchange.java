// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.CallFailure;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Cancellation;
import dev.headgate.call.Reply;
import dev.headgate.call.Target;
import dev.headgate.pipeline.Stage;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.Map;

/**
 * The end of the attempt chain: one request to one target, and its answer as a reply, within the target's timeouts. A stream is a
 * reply only once it is committed; until then the try can fail as if the backend had said nothing.
 */
public final class Exchange implements Stage.Next {
    private final Map<Backend.Dialect, Transport> transports;

    public Exchange(Map<Backend.Dialect, Transport> transports) {
        this.transports = Map.copyOf(transports);
    }

    @Override
    public Future<Reply> proceed(Call call) {
        Target target = call.attemptTarget();
        Backend backend = target.backend();
        CallRecord.Attempt attempt = call.record().attempt(call.attemptNow(), System.nanoTime());
        Transport transport = transports.get(backend.dialect());
        if (transport == null) {
            throw new IllegalStateException("no transport for " + backend.dialect());
        }
        Transport.Request request = Providers.of(backend.dialect()).encode(call, target);
        Cancellation cancellation = call.cancellation().child();
        AttemptWatch watch = new AttemptWatch(
                backend.name(), target.timeouts(), call.body().stream(), attempt.startedNanos, cancellation::cancel);
        Runnable stopWatch = call.timing().watch(watch);
        return transport
                .send(request, cancellation, () -> {
                    attempt.sentNanos = System.nanoTime();
                    watch.sent(attempt.sentNanos);
                })
                .compose(response -> {
                    attempt.headNanos = System.nanoTime();
                    attempt.status = response.status();
                    watch.headSeen();
                    return new AnswerReader(call, backend, response, cancellation).read();
                })
                .onComplete(result -> {
                    // From here on whoever delivers the reply tells it of the call's end; the timeouts still reach it.
                    cancellation.detach();
                    note(call, attempt, result);
                    if (result.failed()) {
                        stopWatch.run();
                        return;
                    }
                    watch.answered(StreamReply.tapOf(result.result()), attempt.endedNanos);
                    result.result().done().onComplete(done -> {
                        stopWatch.run();
                        attempt.endedNanos = System.nanoTime();
                    });
                });
    }

    private static void note(Call call, CallRecord.Attempt attempt, AsyncResult<Reply> result) {
        attempt.endedNanos = System.nanoTime();
        if (call.cancellation().isStopped()) {
            attempt.failure = "cancelled";
        } else if (result.failed()) {
            attempt.failure = result.cause() instanceof CallFailure failure
                    ? String.valueOf(failure.error().kind().code())
                    : "internal_error";
        } else if (result.result() instanceof Reply.Streaming streaming && streaming.sse()) {
            attempt.firstTokenNanos = attempt.endedNanos;
        }
    }
}
