// SPDX-License-Identifier: Apache-2.0
package dev.headgate.pipeline;

import dev.headgate.call.Call;
import dev.headgate.call.Reply;
import io.vertx.core.Future;

/**
 * One feature on the path of a call, both directions in one place: answer yourself, or pass on and shape what comes back. A stage
 * holds no state of a request; "after" work hangs on {@link Reply#done}.
 */
@FunctionalInterface
public interface Stage {
    /** Fails with a {@link dev.headgate.call.CallFailure} where the failure is an answer; anything else is a bug and becomes a 500. */
    Future<Reply> handle(Call call, Next next);

    /** The rest of the chain. May be called zero, one or many times. */
    @FunctionalInterface
    interface Next {
        Future<Reply> proceed(Call call);
    }
}
