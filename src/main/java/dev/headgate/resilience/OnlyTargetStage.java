// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Call;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Reply;
import dev.headgate.pipeline.Stage;
import io.vertx.core.Future;
import java.time.Duration;

/** For calls that have one target and no other: what keeps them from it becomes their answer. */
public final class OnlyTargetStage implements Stage {
    @Override
    public Future<Reply> handle(Call call, Next next) {
        return next.proceed(call)
                .recover(cause -> Future.failedFuture(
                        cause instanceof NotAdmitted refusal
                                ? new GatewayError(
                                                ErrorKind.OVERLOADED,
                                                "Backend \"%s\" cannot be asked now (%s)."
                                                        .formatted(
                                                                call.attemptTarget()
                                                                        .backend()
                                                                        .name(),
                                                                refusal.why().label()),
                                                null,
                                                Duration.ofSeconds(1))
                                        .asFailure()
                                : cause));
    }
}
