// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Cancellation;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;

/** Waits between two tries. */
@FunctionalInterface
public interface Pause {
    /** Completes after so many nanoseconds, earlier if the call is cancelled; on the call's event loop. Never fails. */
    Future<Void> of(long nanos, Cancellation cancellation);

    /** Waits by timers, to the millisecond. */
    static Pause by(Vertx vertx) {
        return (nanos, cancellation) -> {
            Promise<Void> over = Promise.promise();
            long timer =
                    vertx.setTimer(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos) + 1), fired -> over.tryComplete());
            Runnable forget = cancellation.onCancel(() -> {
                vertx.cancelTimer(timer);
                over.tryComplete();
            });
            return over.future().onComplete(done -> forget.run());
        };
    }
}
