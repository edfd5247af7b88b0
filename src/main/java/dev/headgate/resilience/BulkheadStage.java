// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.CallFailure;
import dev.headgate.call.CallRecord;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Guards.BulkheadRule;
import dev.headgate.call.Reply;
import dev.headgate.pipeline.Stage;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.function.Function;

/** Holds a slot of the backend's bulkhead from the start of a try until its answer is delivered or it has failed. */
public final class BulkheadStage implements Stage {
    private final Function<Backend, Bulkhead> bulkheads;

    public BulkheadStage(Backends backends) {
        this(backend -> backends.of(backend).bulkhead);
    }

    BulkheadStage(Function<Backend, Bulkhead> bulkheads) {
        this.bulkheads = bulkheads;
    }

    @Override
    public Future<Reply> handle(Call call, Next next) {
        Backend backend = call.attemptTarget().backend();
        BulkheadRule rule = backend.guards().bulkhead();
        return rule == null
                ? next.proceed(call)
                : bulkheads.apply(backend).enter(rule, call).compose(slot -> inside(slot, call, next));
    }

    private static Future<Reply> inside(Bulkhead.Slot slot, Call call, Next next) {
        long began = System.nanoTime();
        return next.proceed(call).onComplete(result -> {
            if (result.failed()) {
                slot.release(saysTooMuch(call, result));
                return;
            }
            Reply reply = result.result();
            if (reply.status() < 400) {
                // A stream is here with its first token, any other answer when it is whole or too large to wait for.
                // Refusals do
                // not count, because they are quick whatever the load is.
                slot.firstByte(System.nanoTime() - began);
            }
            reply.done().onComplete(done -> slot.release(saysTooMuch(reply.status())));
        });
    }

    private static boolean saysTooMuch(int status) {
        return status == 429 || status == 503 || status == 529;
    }

    private static boolean saysTooMuch(Call call, AsyncResult<Reply> failed) {
        GatewayError reason = call.cancellation().reason();
        if (reason != null) {
            return reason.kind() == ErrorKind.UPSTREAM_TIMEOUT;
        }
        if (!(failed.cause() instanceof CallFailure failure)) {
            return false;
        }
        CallRecord.Attempt attempt = call.record().lastAttempt();
        int status = attempt == null ? 0 : attempt.status;
        return switch (failure.error().kind()) {
            case UPSTREAM_TIMEOUT -> true;
            // Without a status nothing listened, which says nothing of load.
            case UPSTREAM_UNAVAILABLE -> status != 0;
            default -> saysTooMuch(status);
        };
    }
}
