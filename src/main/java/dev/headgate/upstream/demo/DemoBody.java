// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A body whose pieces are made as they are asked for, none before it is due. Starts paused and is confined to one event-loop
 * context; handlers are called from a turn of their own, never from inside {@code resume} or {@code fetch}. The end counts as
 * one more piece. After {@link #stop} no handler is called any more.
 */
final class DemoBody implements ReadStream<Buffer> {
    /** Pieces of one turn, so that a long answer without pace does not keep the event loop from others. */
    private static final int TURN = 64;

    private final Vertx vertx;
    private final ContextInternal context;
    private final Iterator<Frame> frames;
    private final long start = System.nanoTime();
    private @Nullable Frame waiting;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private long demand;
    private long timer = -1;
    private boolean scheduled;
    private boolean over;

    DemoBody(Vertx vertx, ContextInternal context, Iterator<Frame> frames) {
        this.vertx = vertx;
        this.context = context;
        this.frames = frames;
    }

    @Override
    public DemoBody exceptionHandler(@Nullable Handler<Throwable> handler) {
        return this; // nothing can break off in here
    }

    @Override
    public DemoBody handler(@Nullable Handler<Buffer> handler) {
        this.handler = handler;
        return this;
    }

    @Override
    public DemoBody endHandler(@Nullable Handler<Void> handler) {
        this.endHandler = handler;
        return this;
    }

    @Override
    public DemoBody pause() {
        demand = 0;
        return this;
    }

    @Override
    public DemoBody resume() {
        return fetch(Long.MAX_VALUE);
    }

    @Override
    public DemoBody fetch(long amount) {
        if (amount < 0) {
            throw new IllegalArgumentException("amount must not be negative");
        }
        demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
        schedule();
        return this;
    }

    void stop() {
        over = true;
        cancelTimer();
    }

    private void schedule() {
        if (demand > 0 && !scheduled && !over) {
            scheduled = true;
            context.runOnContext(turn -> emit());
        }
    }

    private void emit() {
        scheduled = false;
        cancelTimer();
        for (int i = 0; i < TURN && demand > 0 && !over; i++) {
            if (waiting == null && !frames.hasNext()) {
                end();
                return;
            }
            var frame = waiting == null ? frames.next() : waiting;
            waiting = frame;
            long left = frame.due() - (System.nanoTime() - start);
            if (left > 0) {
                timer = vertx.setTimer(TimeUnit.NANOSECONDS.toMillis(left) + 1, fired -> emit());
                return;
            }
            waiting = null;
            take();
            if (handler != null) {
                handler.handle(frame.bytes());
            }
        }
        schedule();
    }

    private void take() {
        if (demand != Long.MAX_VALUE) {
            demand--;
        }
    }

    private void end() {
        over = true;
        if (endHandler != null) {
            endHandler.handle(null);
        }
    }

    private void cancelTimer() {
        if (timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
    }
}
