// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Usage;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * The observer of an event stream: hands the backend's bytes on as they come and notes usage, finish reason, the first token and
 * whether the stream is complete. An event is handed on when its last byte is there, so that a comment or an error event never lands
 * inside another one, and so that the usage-only chunk can be taken out again where the client had not asked for it. Confined to
 * the call's event loop.
 */
final class SseTap implements ReadStream<Buffer>, SseScanner.Listener {
    /** Bytes; an event that grows beyond this (an image) is held back no longer. */
    private static final int MAX_HELD = 64 * 1024;

    private final ReadStream<Buffer> source;
    private final String backend;
    private final Endpoint endpoint;
    private final boolean takeOutUsage;
    private final @Nullable Inflation inflation;
    private final SseScanner scanner = new SseScanner(this);
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;

    private Buffer held = Buffer.buffer();
    private boolean heldFlushed;
    private int eventsEnd;
    private int dropFrom;
    private int dropTo;
    private boolean drop;

    private @Nullable Usage usage;
    private @Nullable String finishReason;
    private long firstTokenNanos;
    private boolean terminal;
    private boolean errorEvent;
    private boolean over;
    private final Promise<@Nullable String> storedId = Promise.promise();

    SseTap(
            ReadStream<Buffer> source,
            String backend,
            Endpoint endpoint,
            boolean takeOutUsage,
            @Nullable Inflation inflation) {
        this.source = source;
        this.backend = backend;
        this.endpoint = endpoint;
        this.takeOutUsage = takeOutUsage;
        this.inflation = inflation;
        if (endpoint != Endpoint.RESPONSES) {
            announceNothingMore();
        }
        source.handler(this::piece);
        source.endHandler(v -> end());
        source.exceptionHandler(this::broken);
    }

    @Nullable
    Usage usage() {
        return usage;
    }

    @Nullable
    String finishReason() {
        return finishReason;
    }

    long firstTokenNanos() {
        return firstTokenNanos;
    }

    Future<@Nullable String> storedId() {
        return storedId.future();
    }

    void announceNothingMore() {
        storedId.tryComplete(null);
    }

    /** Whether the backend itself ended the stream with an error event. */
    boolean sawError() {
        return errorEvent;
    }

    /** Whether something may be written now: never inside an event, and nothing more once the stream said that it is complete. */
    boolean isBetweenEvents() {
        return !heldFlushed && !terminal;
    }

    private void piece(Buffer buffer) {
        if (over) {
            return;
        }
        Buffer plain = buffer;
        if (inflation != null) {
            try {
                Bytes packed = Bytes.of(buffer);
                plain = inflation.inflate(packed.array(), packed.from(), packed.to());
            } catch (DataFormatException e) {
                broken(e);
                return;
            }
        }
        filter(plain, Bytes.of(plain));
    }

    private void filter(Buffer plain, Bytes bytes) {
        drop = false;
        eventsEnd = bytes.from();
        scanner.feed(bytes.array(), bytes.from(), bytes.to());
        if (!drop && held.length() == 0 && scanner.isBetweenEvents()) {
            emit(plain);
            return;
        }
        int whole = heldFlushed || scanner.isBetweenEvents() ? bytes.to() : eventsEnd;
        Buffer out = Buffer.buffer(held.length() + bytes.length());
        boolean heldDropped = drop && dropFrom < bytes.from();
        if (whole > bytes.from() || heldFlushed) {
            if (!heldDropped) {
                out.appendBuffer(held);
            }
            held = Buffer.buffer();
        }
        if (drop) {
            append(out, bytes, bytes.from(), Math.max(bytes.from(), dropFrom));
            append(out, bytes, dropTo, Math.max(dropTo, whole));
        } else {
            append(out, bytes, bytes.from(), whole);
        }
        append(held, bytes, Math.max(whole, bytes.from()), bytes.to());
        if (held.length() > MAX_HELD) {
            out.appendBuffer(held);
            held = Buffer.buffer();
            heldFlushed = true;
        }
        emit(out);
    }

    private static void append(Buffer out, Bytes bytes, int from, int to) {
        if (to > from) {
            out.appendBytes(bytes.array(), from, to - from);
        }
    }

    @Override
    public void event(byte[] bytes, int from, int to, int end) {
        if (firstTokenNanos == 0 && EventFacts.hasToken(bytes, from, to)) {
            firstTokenNanos = System.nanoTime();
        }
        if (finishReason == null && EventFacts.mentionsFinish(bytes, from, to)) {
            UsageReader read = dataOf(bytes, from, to);
            finishReason = read.finishReason();
        }
        if (!storedId.future().isComplete() && EventFacts.announcesResponse(bytes, from, to)) {
            storedId.tryComplete(dataOf(bytes, from, to).storedId());
        }
        boolean usageOnly = false;
        if (EventFacts.mentionsUsage(bytes, from, to)) {
            UsageReader read = dataOf(bytes, from, to);
            if (read.usage() != null) {
                usage = read.usage();
                usageOnly = read.isUsageOnly();
            }
            if (finishReason == null) {
                finishReason = read.finishReason();
            }
        }
        terminal |= EventFacts.isTerminal(endpoint, bytes, from, to);
        errorEvent |= EventFacts.isError(bytes, from, to);
        if (usageOnly && takeOutUsage && !heldFlushed) {
            if (end >= 0) {
                drop = true;
                dropFrom = end - (to - from);
                dropTo = end;
            } else {
                held = Buffer.buffer();
            }
        }
        heldFlushed = false;
        eventsEnd = end;
    }

    @Override
    public void boundary(int end) {
        heldFlushed = false;
        eventsEnd = end;
    }

    /** The event's data parsed as JSON; a second data line would be another event in every API that is spoken here. */
    private static UsageReader dataOf(byte[] bytes, int from, int to) {
        for (int i = from; i + 5 < to; i++) {
            boolean lineStart = i == from || bytes[i - 1] == '\n' || bytes[i - 1] == '\r';
            if (lineStart && bytes[i] == 'd' && bytes[i + 1] == 'a' && bytes[i + 2] == 't' && bytes[i + 4] == ':') {
                return UsageReader.read(bytes, i + 5, to - i - 5);
            }
        }
        return UsageReader.read(bytes, from, 0);
    }

    private void emit(Buffer out) {
        if (out.length() > 0 && handler != null) {
            handler.handle(out);
        }
    }

    private void end() {
        if (over) {
            return;
        }
        scanner.finish();
        if (held.length() > 0) {
            emit(held);
            held = Buffer.buffer();
        }
        if (EventFacts.hasTerminal(endpoint) && !terminal && !errorEvent) {
            fail("Backend \"%s\" ended the stream without its terminal event.".formatted(backend));
            return;
        }
        finish();
    }

    private void broken(Throwable cause) {
        if (over) {
            return;
        }
        if (terminal || errorEvent) {
            // All that matters has arrived; how the connection ends afterwards is the backend's affair.
            finish();
            return;
        }
        fail("Backend \"%s\" broke off in the middle of the stream.".formatted(backend));
    }

    private void finish() {
        over = true;
        close();
        if (endHandler != null) {
            endHandler.handle(null);
        }
    }

    private void fail(String message) {
        over = true;
        close();
        if (exceptionHandler != null) {
            exceptionHandler.handle(
                    GatewayError.of(ErrorKind.UPSTREAM_FAILED, message).asFailure());
        }
    }

    private void close() {
        if (inflation != null) {
            inflation.close();
        }
    }

    @Override
    public SseTap handler(@Nullable Handler<Buffer> to) {
        handler = to;
        return this;
    }

    @Override
    public SseTap endHandler(@Nullable Handler<Void> to) {
        endHandler = to;
        return this;
    }

    @Override
    public SseTap exceptionHandler(@Nullable Handler<Throwable> to) {
        exceptionHandler = to;
        return this;
    }

    @Override
    public SseTap pause() {
        source.pause();
        return this;
    }

    @Override
    public SseTap resume() {
        source.resume();
        return this;
    }

    @Override
    public SseTap fetch(long amount) {
        source.fetch(amount);
        return this;
    }
}
