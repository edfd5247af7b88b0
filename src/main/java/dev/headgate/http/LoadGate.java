// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.GuardListener;
import dev.headgate.call.Priority;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The door of one event loop: measures how late the loop's turns are, for as long as calls come, and refuses calls that are too many.
 * Confined to that loop.
 */
final class LoadGate {
    private static final long TICK_MILLIS = 20;
    private static final long TICK_NANOS = TICK_MILLIS * 1_000_000;
    private static final int RETRY_AFTER_MILLIS = 1_000;
    private static final int SPREAD_MILLIS = 500;

    private final Vertx vertx;
    private final GuardListener listener;
    private final LoadShedder shedder = new LoadShedder();
    private boolean watching;
    private long dueNanos;

    LoadGate(Vertx vertx, GuardListener listener) {
        this.vertx = vertx;
        this.listener = listener;
    }

    /** Lets a call in, or says why not. What Headgate answers by itself is counted, but cheaper than any refusal is worth. */
    @Nullable
    GatewayError check(Endpoint endpoint, Priority priority) {
        long now = System.nanoTime();
        if (!watching) {
            watching = true;
            shedder.restart(now);
            arm(now);
        }
        if (endpoint.kind() == Endpoint.Kind.LOCAL) {
            shedder.count(priority);
            return null;
        }
        if (shedder.takes(priority, now, now - dueNanos)) {
            return null;
        }
        listener.shed(priority);
        // Spread, so that those who were refused together do not come back together.
        int wait = RETRY_AFTER_MILLIS + ThreadLocalRandom.current().nextInt(SPREAD_MILLIS);
        return new GatewayError(
                ErrorKind.OVERLOADED,
                "The gateway has more to do than it can carry, and calls of priority \"%s\" have to wait. Try again later."
                        .formatted(priority.name().toLowerCase(java.util.Locale.ROOT)),
                null,
                Duration.ofMillis(wait));
    }

    /** A call that was let in is over. */
    void ended() {
        shedder.ended();
    }

    private void arm(long nowNanos) {
        dueNanos = nowNanos + TICK_NANOS;
        vertx.setTimer(TICK_MILLIS, id -> tick());
    }

    private void tick() {
        long now = System.nanoTime();
        watching = !shedder.isQuiet();
        shedder.turn(now, now - dueNanos);
        if (watching) {
            arm(now);
        }
    }
}
