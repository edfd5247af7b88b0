// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One coarse timer per event loop for everything that waits: deadlines, early heads, keep-alives and write stalls. */
final class LoopTicker {
    private final Set<Watched> watched = new LinkedHashSet<>();

    LoopTicker(Vertx vertx, Duration period) {
        vertx.setPeriodic(period.toMillis(), id -> tick());
    }

    void add(Watched one) {
        watched.add(one);
    }

    void remove(Watched one) {
        watched.remove(one);
    }

    private void tick() {
        long now = System.nanoTime();
        List<Watched> all = new ArrayList<>(watched);
        for (Watched one : all) {
            one.tick(now);
        }
    }

    /** Looks at the time every now and then. */
    interface Watched {
        void tick(long nowNanos);
    }
}
