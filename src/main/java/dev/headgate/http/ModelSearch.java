// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Spools a form until its model part has passed; a piece is asked for when the one before it is safe. Single use. */
final class ModelSearch {
    private final Vertx vertx;
    private final long stallNanos;
    private final LiveForm live;
    private final FormSpool spool;
    private final FormScanner scanner;
    private final Promise<String> found = Promise.promise();
    private boolean looping;
    private boolean waiting;
    private boolean done;
    private long lastNanos = System.nanoTime();
    private long timer;

    private ModelSearch(Vertx vertx, Duration stall, LiveForm live, FormSpool spool, String boundary) {
        this.vertx = vertx;
        this.stallNanos = stall.toNanos();
        this.live = live;
        this.spool = spool;
        this.scanner = new FormScanner(boundary);
    }

    /**
     * The value of the model part; fails with a 400 if there is none, and as the form fails.
     *
     * @param stall how long the client may send nothing; a 408 after that
     */
    static Future<String> run(Vertx vertx, Duration stall, LiveForm live, FormSpool spool, String boundary) {
        ModelSearch search = new ModelSearch(vertx, stall, live, spool, boundary);
        search.watch(search.stallNanos);
        live.onFailure(search::fail);
        search.loop();
        return search.found.future();
    }

    /** A loop, because pieces that are there already come at once: recursion would be as deep as the form is long. */
    private void loop() {
        if (looping) {
            return;
        }
        looping = true;
        while (!waiting && !done) {
            waiting = true;
            live.next().onComplete(this::came);
        }
        looping = false;
    }

    private void came(AsyncResult<@Nullable Buffer> next) {
        if (done) {
            return;
        }
        lastNanos = System.nanoTime();
        if (next.failed()) {
            fail(next.cause());
            return;
        }
        Buffer piece = next.result();
        try {
            if (piece == null) {
                scanner.finish();
                throw FormFault.noModel();
            }
            scanner.feed(((BufferInternal) piece).getByteBuf());
        } catch (RuntimeException e) {
            fail(e);
            return;
        }
        spool.add(piece).onComplete(v -> kept(), this::fail);
    }

    private void kept() {
        waiting = false;
        if (done) {
            return;
        }
        String model = scanner.model();
        if (model != null) {
            done = true;
            vertx.cancelTimer(timer);
            found.complete(model);
        } else if (scanner.closed()) {
            fail(FormFault.noModel());
        } else {
            loop();
        }
    }

    private void fail(Throwable cause) {
        done = true;
        vertx.cancelTimer(timer);
        found.tryFail(cause);
    }

    private void watch(long nanos) {
        timer = vertx.setTimer(TimeUnit.NANOSECONDS.toMillis(nanos) + 1, fired -> {
            long left = stallNanos - (System.nanoTime() - lastNanos);
            if (left > 0) {
                watch(left);
            } else {
                fail(GatewayError.of(
                                ErrorKind.REQUEST_TIMEOUT,
                                "The form stopped for %d s before its 'model' part came."
                                        .formatted(TimeUnit.NANOSECONDS.toSeconds(stallNanos)))
                        .asFailure());
            }
        });
    }
}
