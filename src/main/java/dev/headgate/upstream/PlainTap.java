// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.CallFailure;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/**
 * The observer of an answer that is neither an event stream nor small enough to hold: hands the bytes on, those first that were
 * collected before it turned out to be large, and looks for usage in JSON as it passes. Confined to the call's event loop.
 */
final class PlainTap implements Tap {
    private final ReadStream<Buffer> source;
    private final String backend;
    private final long maxBytes;
    private final @Nullable UsageReader usage;
    private boolean reading;
    private Buffer prefix;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;
    private boolean flowing;
    private boolean paused = true;
    private boolean over;
    private @Nullable CallFailure failure;
    private long moves;
    private long bytes;

    /**
     * @param maxBytes after which the answer is broken off
     * @param json whether to look for usage; false for binary and compressed answers
     */
    PlainTap(ReadStream<Buffer> source, String backend, long maxBytes, Buffer prefix, boolean json) {
        this.source = source;
        this.backend = backend;
        this.maxBytes = maxBytes;
        this.prefix = prefix;
        this.usage = json ? UsageReader.incremental() : null;
        this.reading = json;
        source.handler(this::piece);
        source.endHandler(v -> end());
        source.exceptionHandler(this::broken);
    }

    @Nullable
    UsageReader usage() {
        return usage;
    }

    @Override
    public long moves() {
        return moves;
    }

    @Override
    public boolean isPaused() {
        return paused;
    }

    @Override
    public void cut(GatewayError why) {
        fail(why.asFailure());
    }

    private void piece(Buffer buffer) {
        if (over) {
            return;
        }
        moves++;
        bytes += buffer.length();
        if (bytes > maxBytes) {
            fail(failure(ErrorKind.UPSTREAM_PROTOCOL_ERROR, AnswerSize.tooLarge(maxBytes)));
            return;
        }
        if (reading && usage != null) {
            Bytes look = Bytes.of(buffer);
            reading = usage.feed(look.array(), look.from(), look.length());
        }
        if (handler != null) {
            handler.handle(buffer);
        }
    }

    private void end() {
        if (over) {
            return;
        }
        over = true;
        if (endHandler != null) {
            endHandler.handle(null);
        }
    }

    private void broken(Throwable cause) {
        fail(
                Breakage.isUnreadable(cause)
                        ? failure(
                                ErrorKind.UPSTREAM_PROTOCOL_ERROR,
                                "sent an answer that is not framed as HTTP wants it.")
                        : failure(ErrorKind.UPSTREAM_FAILED, "broke off in the middle of its answer."));
    }

    /** Tells the reader, if there is one already. */
    private void fail(CallFailure why) {
        if (over) {
            return;
        }
        over = true;
        failure = why;
        if (flowing) {
            tellFailure();
        }
    }

    private void tellFailure() {
        CallFailure untold = failure;
        failure = null;
        if (untold != null && exceptionHandler != null) {
            exceptionHandler.handle(untold);
        }
    }

    private CallFailure failure(ErrorKind kind, String what) {
        return GatewayError.of(kind, "Backend \"%s\" %s".formatted(backend, what))
                .asFailure();
    }

    private void flow() {
        if (flowing || handler == null) {
            return;
        }
        flowing = true;
        if (prefix.length() > 0) {
            Buffer first = prefix;
            prefix = Buffer.buffer();
            piece(first);
        }
        tellFailure();
    }

    @Override
    public PlainTap handler(@Nullable Handler<Buffer> to) {
        handler = to;
        return this;
    }

    @Override
    public PlainTap endHandler(@Nullable Handler<Void> to) {
        endHandler = to;
        return this;
    }

    @Override
    public PlainTap exceptionHandler(@Nullable Handler<Throwable> to) {
        exceptionHandler = to;
        return this;
    }

    @Override
    public PlainTap pause() {
        paused = true;
        source.pause();
        return this;
    }

    @Override
    public PlainTap resume() {
        return fetch(Long.MAX_VALUE);
    }

    @Override
    public PlainTap fetch(long amount) {
        paused = false;
        moves++;
        flow();
        if (!paused && !over) {
            source.fetch(amount);
        }
        return this;
    }
}
