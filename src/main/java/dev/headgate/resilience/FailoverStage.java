// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.CallFailure;
import dev.headgate.call.CallRecord;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Reply;
import dev.headgate.call.Target;
import dev.headgate.pipeline.Stage;
import dev.headgate.routing.Route;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;

/**
 * The hinge between the call chain and the attempt chain: tries a route's targets in order, the next one only when the one before
 * could not be reached at all. Backends that are off are passed over, and so are all but one where only one
 * keeps what the call refers to.
 */
public final class FailoverStage implements Stage {
    private final Route route;

    public FailoverStage(Route route) {
        this.route = route;
    }

    @Override
    public Future<Reply> handle(Call call, Next next) {
        List<Target> targets = route
                .targetsFor(Objects.requireNonNull(call.body().model()))
                .stream()
                .filter(t -> isAllowed(call, t))
                .toList();
        if (targets.isEmpty()) {
            return Future.failedFuture(GatewayError.of(
                            ErrorKind.INVALID_REQUEST,
                            "What this request refers to is kept by backend \"%s\", and \"%s\" has no model there."
                                    .formatted(call.backendPin(), call.body().model()),
                            "model")
                    .asFailure());
        }
        List<Target> live = targets.stream().filter(t -> t.backend().isOn()).toList();
        if (live.isEmpty()) {
            Backend first = targets.getFirst().backend();
            return Future.failedFuture(GatewayError.of(
                            ErrorKind.UPSTREAM_UNAVAILABLE,
                            "Backend \"%s\" of route \"%s\" is off: %s"
                                    .formatted(first.name(), route.name(), first.offReason()))
                    .asFailure());
        }
        return attempt(call, next, live, 0);
    }

    private static boolean isAllowed(Call call, Target target) {
        String pin = call.backendPin();
        return pin == null || target.backend().name().equals(pin);
    }

    private static Future<Reply> attempt(Call call, Next next, List<Target> targets, int index) {
        Future<Reply> reply = next.proceed(call.withTarget(targets.get(index)));
        if (index + 1 == targets.size()) {
            return reply;
        }
        return reply.recover(cause ->
                mayTryNext(call, cause) ? attempt(call, next, targets, index + 1) : Future.failedFuture(cause));
    }

    private static boolean mayTryNext(Call call, Throwable cause) {
        CallRecord.Attempt last = call.record().lastAttempt();
        return cause instanceof CallFailure failure
                && failure.error().kind() == ErrorKind.UPSTREAM_UNAVAILABLE
                && last != null
                && last.headNanos == 0
                && call.body().replayable()
                && !call.cancellation().isCancelled();
    }
}
