// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.Reply;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/**
 * Hands a streaming body to the client: all that arrives in one turn of the event loop leaves in one write, and a client that
 * reads slowly pauses the backend. Confined to the call's event loop.
 */
final class Relay {
    /** Bytes of one write; what arrives in one turn may be a megabyte. */
    private static final int LARGEST_WRITE = 64 * 1024;

    /**
     * Bytes that may wait for the client to take them before the backend is paused. The response's own queue counts messages, of
     * whatever size: sixteen.
     */
    private static final int MOST_UNWRITTEN = 256 * 1024;

    private final TurnFlush turn;
    private final Context context;
    private final HttpServerResponse response;
    private final Reply.Streaming reply;
    private final Listener listener;
    private @Nullable Buffer pending;
    private boolean pendingIsOurs;
    private boolean flushScheduled;
    private boolean stopped;
    private long lastWriteNanos = System.nanoTime();
    private long stalledSinceNanos;
    private int unwritten;

    Relay(TurnFlush turn, Context context, HttpServerResponse response, Reply.Streaming reply, Listener listener) {
        this.turn = turn;
        this.context = context;
        this.response = response;
        this.reply = reply;
        this.listener = listener;
    }

    void start() {
        ReadStream<Buffer> body = reply.body();
        response.drainHandler(v -> goOn());
        body.handler(this::piece);
        body.endHandler(v -> {
            if (!stopped) {
                stopped = true;
                Buffer last = pending == null ? Buffer.buffer() : pending;
                pending = null;
                reply.delivered(last.length());
                listener.upstreamEnded(last);
            }
        });
        body.exceptionHandler(cause -> {
            flush();
            if (!stopped) {
                stopped = true;
                listener.upstreamBroke(cause);
            }
        });
        body.resume();
    }

    /** Hands on what has arrived, and then nothing more. */
    void flushAndStop() {
        flush();
        stop();
    }

    /** Hands nothing on any more. */
    void stop() {
        stopped = true;
        pending = null;
    }

    /** Since when the client has not taken what was written, or 0. */
    long stalledSinceNanos() {
        return stalledSinceNanos;
    }

    long lastWriteNanos() {
        return lastWriteNanos;
    }

    /** Writes between two events of the stream, if this is between two events. */
    void interject(Buffer comment) {
        if (!stopped && pending == null && reply.betweenEvents() && !response.writeQueueFull()) {
            write(comment);
        }
    }

    private void piece(Buffer buffer) {
        if (stopped) {
            return;
        }
        if (pending == null) {
            pending = buffer;
            pendingIsOurs = false;
        } else if (pendingIsOurs) {
            pending.appendBuffer(buffer);
        } else {
            // The first piece stays as it is; only when a second comes are they joined in a buffer of our own.
            pending = Buffer.buffer(2 * (pending.length() + buffer.length()))
                    .appendBuffer(pending)
                    .appendBuffer(buffer);
            pendingIsOurs = true;
        }
        if (pending.length() >= LARGEST_WRITE) {
            flush();
        } else if (!flushScheduled) {
            flushScheduled = true;
            turn.add(context, this);
        }
    }

    /** Told once all events of the loop's turn are through. */
    void turnEnded() {
        flushScheduled = false;
        flush();
    }

    private void flush() {
        Buffer out = pending;
        pending = null;
        if (out != null && !stopped && !response.closed()) {
            reply.delivered(out.length());
            write(out);
        }
    }

    private void write(Buffer out) {
        lastWriteNanos = System.nanoTime();
        int length = out.length();
        unwritten += length;
        response.write(out).onComplete(done -> {
            unwritten -= length;
            goOn();
        });
        if (unwritten > MOST_UNWRITTEN || response.writeQueueFull()) {
            if (stalledSinceNanos == 0) {
                stalledSinceNanos = lastWriteNanos;
            }
            reply.body().pause();
        }
    }

    /** Told whenever the client has taken something: reads on if little enough is left. */
    private void goOn() {
        if (stalledSinceNanos == 0 || stopped || response.closed()) {
            return;
        }
        if (unwritten <= MOST_UNWRITTEN / 2 && !response.writeQueueFull()) {
            stalledSinceNanos = 0;
            reply.body().resume();
        } else {
            stalledSinceNanos = System.nanoTime();
        }
    }

    /** Told once how the body ended. */
    interface Listener {
        void upstreamEnded(Buffer last);

        void upstreamBroke(Throwable cause);
    }
}
