// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.CallFailure;
import dev.headgate.call.Ending;
import dev.headgate.call.Reply;
import dev.headgate.call.Try;
import dev.headgate.call.UpstreamFault;
import io.vertx.core.AsyncResult;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of one try. */
record Tried(Try plan, AsyncResult<Reply> result) {
    Verdict verdict() {
        return result.succeeded() ? Verdict.of(result.result()) : Verdict.of(result.cause());
    }

    /** What the backend said was wrong; 0 if it said nothing. */
    int status() {
        UpstreamFault fault = fault();
        return fault == null ? 0 : fault.status();
    }

    /** When the backend said that it may be asked again, or null. */
    @Nullable
    Duration retryAfter() {
        UpstreamFault fault = fault();
        return fault == null ? null : fault.retryAfter();
    }

    /** Tells an answer that nobody gets that it is over. */
    void drop() {
        if (result.succeeded()) {
            result.result().ended(Ending.CUT);
        }
    }

    private @Nullable UpstreamFault fault() {
        if (result.succeeded()) {
            return result.result().fault();
        }
        return result.cause() instanceof CallFailure failure ? failure.fault() : null;
    }
}
