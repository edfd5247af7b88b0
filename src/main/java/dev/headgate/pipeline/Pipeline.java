// SPDX-License-Identifier: Apache-2.0
package dev.headgate.pipeline;

import io.vertx.core.Future;
import java.util.List;

/** Links stages into nested functions once, so that a walk allocates nothing of its own. */
public final class Pipeline {
    private Pipeline() {}

    /** The chain of {@code stages}, ending in {@code terminal}; an exception thrown by a stage becomes a failed future at its link. */
    public static Stage.Next link(List<Stage> stages, Stage.Next terminal) {
        Stage.Next next = guarded(terminal);
        for (Stage stage : stages.reversed()) {
            Stage.Next rest = next;
            next = guarded(call -> stage.handle(call, rest));
        }
        return next;
    }

    private static Stage.Next guarded(Stage.Next next) {
        return call -> {
            try {
                return next.proceed(call);
            } catch (RuntimeException e) {
                return Future.failedFuture(e);
            }
        };
    }
}
