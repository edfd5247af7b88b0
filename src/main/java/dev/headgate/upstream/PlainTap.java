// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/**
 * The observer of an answer that is neither an event stream nor small enough to hold: hands the bytes on, those first that were
 * collected before it turned out to be large, and looks for usage in JSON as it passes.
 */
final class PlainTap implements ReadStream<Buffer> {
    private final ReadStream<Buffer> source;
    private final String backend;
    private final @Nullable UsageReader usage;
    private boolean reading;
    private Buffer prefix;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Throwable> exceptionHandler;

    /** @param json whether to look for usage; false for binary and compressed answers */
    PlainTap(ReadStream<Buffer> source, String backend, Buffer prefix, boolean json) {
        this.source = source;
        this.backend = backend;
        this.prefix = prefix;
        this.usage = json ? UsageReader.incremental() : null;
        this.reading = json;
        source.handler(this::piece);
        source.exceptionHandler(this::broken);
    }

    @Nullable
    UsageReader usage() {
        return usage;
    }

    private void piece(Buffer buffer) {
        if (reading && usage != null) {
            Bytes bytes = Bytes.of(buffer);
            reading = usage.feed(bytes.array(), bytes.from(), bytes.length());
        }
        if (handler != null) {
            handler.handle(buffer);
        }
    }

    private void broken(Throwable cause) {
        if (exceptionHandler != null) {
            exceptionHandler.handle(GatewayError.of(
                            ErrorKind.UPSTREAM_FAILED,
                            "Backend \"%s\" broke off in the middle of its answer.".formatted(backend))
                    .asFailure());
        }
    }

    private void flushPrefix() {
        if (prefix.length() > 0) {
            Buffer first = prefix;
            prefix = Buffer.buffer();
            piece(first);
        }
    }

    @Override
    public PlainTap handler(@Nullable Handler<Buffer> to) {
        handler = to;
        return this;
    }

    @Override
    public PlainTap endHandler(@Nullable Handler<Void> to) {
        source.endHandler(to);
        return this;
    }

    @Override
    public PlainTap exceptionHandler(@Nullable Handler<Throwable> to) {
        exceptionHandler = to;
        return this;
    }

    @Override
    public PlainTap pause() {
        source.pause();
        return this;
    }

    @Override
    public PlainTap resume() {
        flushPrefix();
        source.resume();
        return this;
    }

    @Override
    public PlainTap fetch(long amount) {
        flushPrefix();
        source.fetch(amount);
        return this;
    }
}
