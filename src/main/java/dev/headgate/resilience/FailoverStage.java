// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Call;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Reply;
import dev.headgate.call.Target;
import dev.headgate.call.Try;
import dev.headgate.pipeline.Stage;
import dev.headgate.routing.Route;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The hinge between the call chain and the attempt chain: puts a route's targets in order for a call and walks them until one
 * answers. Where only one backend keeps what the call refers to, only that one is asked; where the prompt is known to be too long
 * for a target, it is passed over.
 */
public final class FailoverStage implements Stage {
    private final Route route;
    private final Walk.Parts parts;

    public FailoverStage(Route route, Backends backends, Pause pause) {
        this.route = route;
        this.parts = new Walk.Parts(backends, new PoolOrder(backends::of, ThreadLocalRandom.current()), pause);
    }

    @Override
    public Future<Reply> handle(Call call, Next next) {
        String model = Objects.requireNonNull(call.body().model());
        boolean stream = call.body().stream();
        List<Target> targets = allowed(call, parts.pools().of(route.orderFor(model), stream));
        if (targets.isEmpty()) {
            return Future.failedFuture(GatewayError.of(
                            ErrorKind.INVALID_REQUEST,
                            "What this request refers to is kept by backend \"%s\", and \"%s\" has no model there."
                                    .formatted(call.backendPin(), model),
                            "model")
                    .asFailure());
        }
        Prompt.Fit fit = Prompt.fit(
                targets,
                () -> allowed(call, parts.pools().of(route.policy().onContextTooLong(), stream)),
                call.body()::leastPromptTokens);
        fit.tooSmall().forEach(target -> call.record().skipped(target, NotAdmitted.Why.CONTEXT_TOO_LONG.label()));
        boolean moved = !fit.targets().getFirst().equals(targets.getFirst());
        Try.Reason reason = moved ? Try.Reason.CONTEXT_TOO_LONG : Try.Reason.FIRST;
        return new Walk(call, next, route.policy(), fit.targets(), reason, parts).start();
    }

    /** Those that may answer a call: all, unless one backend keeps what the call refers to, or the price of some is not known. */
    static List<Target> allowed(Call call, List<Target> targets) {
        String pin = call.backendPin();
        List<Target> kept = pin == null
                ? targets
                : targets.stream()
                        .filter(target -> target.backend().name().equals(pin))
                        .toList();
        if (call.barred().isEmpty()) {
            return kept;
        }
        kept.stream()
                .filter(target -> call.barred().contains(target.model()))
                .forEach(target -> call.record().skipped(target, NotAdmitted.Why.NO_PRICE.label()));
        return kept.stream()
                .filter(target -> !call.barred().contains(target.model()))
                .toList();
    }
}
