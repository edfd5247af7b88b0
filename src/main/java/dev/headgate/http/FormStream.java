// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A form on its way to a backend: what was spooled, then the rest as it arrives. It holds one piece at a time, and keeps the
 * last one until the form is known to be complete: not even a counted length looks complete before. Either its end handler or
 * its exception handler is called, once; the end only for a form that is complete. Without a handler any more, the rest is
 * dropped. Confined to one context.
 */
final class FormStream implements ReadStream<Buffer> {
    private final Context context;
    private final FormSpool spool;
    private final LiveForm live;
    private final @Nullable FormRewrite rewrite;
    private final Deque<Buffer> ready = new ArrayDeque<>(3);
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;
    private long demand = Long.MAX_VALUE;
    private boolean starting;
    private boolean started;
    private boolean spooled = true;
    private boolean asking;
    private boolean pumping;
    private boolean exhausted;
    private boolean done;

    FormStream(Context context, FormSpool spool, LiveForm live, @Nullable FormRewrite rewrite) {
        this.context = context;
        this.spool = spool;
        this.live = live;
        this.rewrite = rewrite;
    }

    @Override
    public FormStream handler(@Nullable Handler<Buffer> to) {
        handler = to;
        if (to == null && starting && !done) {
            cancel();
        }
        if (to != null && !starting) {
            starting = true;
            // Later than now, so that the other handlers are set when the first event comes.
            context.runOnContext(v -> {
                if (done) {
                    return;
                }
                started = true;
                live.onFailure(this::fail);
                pump();
            });
        }
        return this;
    }

    @Override
    public FormStream endHandler(@Nullable Handler<Void> to) {
        endHandler = to;
        return this;
    }

    @Override
    public FormStream exceptionHandler(@Nullable Handler<Throwable> to) {
        exceptionHandler = to;
        return this;
    }

    @Override
    public FormStream pause() {
        demand = 0;
        return this;
    }

    @Override
    public FormStream resume() {
        return fetch(Long.MAX_VALUE);
    }

    @Override
    public FormStream fetch(long amount) {
        demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
        if (started) {
            pump();
        }
        return this;
    }

    /** Whether somebody reads it, who will see its end or its failure. */
    boolean underWay() {
        return starting && !done;
    }

    /** Ends it without a word: whoever reads it has gone. */
    void cancel() {
        done = true;
        ready.clear();
        spool.close();
        live.close();
    }

    private void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            boolean more = true;
            while (more && !done && demand > 0) {
                more = step();
            }
        } finally {
            pumping = false;
        }
    }

    /** Hands out a piece, or asks for one; false if there is nothing to do before something comes. */
    private boolean step() {
        boolean spare = ready.size() > 1 || exhausted || rewrite == null || rewrite.closed();
        Buffer piece = spare ? ready.poll() : null;
        if (piece != null) {
            if (demand != Long.MAX_VALUE) {
                demand--;
            }
            if (handler != null) {
                handler.handle(piece);
            }
            return true;
        }
        if (exhausted) {
            done = true;
            if (endHandler != null) {
                endHandler.handle(null);
            }
            return false;
        }
        if (asking) {
            return false;
        }
        asking = true;
        (spooled ? spool : live).next().onComplete(this::came);
        return !asking;
    }

    private void came(AsyncResult<@Nullable Buffer> next) {
        asking = false;
        if (done) {
            return;
        }
        Buffer piece = next.result();
        if (next.failed()) {
            fail(next.cause());
        } else if (piece != null) {
            pass(piece);
        } else if (spooled) {
            spooled = false;
        } else {
            complete();
        }
        pump();
    }

    private void pass(Buffer piece) {
        try {
            if (rewrite == null) {
                ready.add(piece);
            } else {
                ready.addAll(rewrite.pass(piece));
            }
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void complete() {
        try {
            if (rewrite != null) {
                rewrite.finish();
            }
            exhausted = true;
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void fail(Throwable cause) {
        if (done) {
            return;
        }
        cancel();
        if (exceptionHandler != null) {
            exceptionHandler.handle(cause);
        }
    }
}
