// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.CallFailure;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.OutputCount;
import dev.headgate.upstream.EventFilter.Fate;
import dev.headgate.upstream.Opening.Verdict;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * The observer of an event stream. Until the stream is committed its bytes are held here, and it may fail as if nothing had been
 * said; from then on they are handed on as they come, whole event by whole event, so that a comment or an error event never lands
 * inside another one. Between the commitment and its reader's first {@link #resume} the source is paused. Confined to the call's
 * event loop.
 */
final class SseTap implements Tap, EventFilter.Judge {
    /**
     * Bytes held before the commitment. Preambles are a few hundred bytes, those of the Responses API repeat the request's
     * instructions and tools; what is larger is no preamble.
     */
    static final int MAX_UNCOMMITTED = 256 * 1024;

    private final ReadStream<Buffer> source;
    private final String backend;
    private final boolean checked;
    private final boolean takeOutUsage;
    private final @Nullable Inflation inflation;
    private final EventFilter filter = new EventFilter(this);
    private final StreamFacts facts;
    private final Opening opening;
    private final Promise<Void> committed = Promise.promise();
    private final long maxBytes;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;

    private Verdict verdict = Verdict.WAIT;
    private boolean commitDone;
    private Buffer waiting = Buffer.buffer();
    private boolean flowing;
    private boolean paused = true;
    private boolean over;
    private @Nullable CallFailure garbage;
    private @Nullable Runnable ending;
    private long moves;
    private long bytes;

    /**
     * @param headers of the answer, for what an error event leaves unsaid
     * @param takeOutUsage whether the usage-only chunk is taken out, because the client had not asked for it
     * @param output counts the answer's text; null if nobody wants to know
     */
    SseTap(
            ReadStream<Buffer> source,
            String backend,
            Endpoint endpoint,
            MultiMap headers,
            boolean takeOutUsage,
            @Nullable Inflation inflation,
            @Nullable OutputCount output) {
        this.source = source;
        this.backend = backend;
        this.checked = EventFacts.isJson(endpoint);
        this.takeOutUsage = takeOutUsage;
        this.inflation = inflation;
        this.facts = new StreamFacts(endpoint, output);
        this.opening = new Opening(backend, endpoint, headers);
        this.maxBytes = AnswerSize.mostEvents(endpoint);
        source.handler(this::piece);
        source.endHandler(v -> end());
        source.exceptionHandler(this::broken);
    }

    /** Starts to read; completes when the stream is committed, fails with a {@link CallFailure} if it never will be. */
    Future<Void> open() {
        paused = false;
        source.resume();
        return committed.future();
    }

    /** What the stream said so far. */
    StreamFacts facts() {
        return facts;
    }

    /** Whether the backend itself ended the stream with an error event that is its own fault. */
    boolean sawError() {
        return facts.sawError() && !isCallersFault();
    }

    private boolean isCallersFault() {
        return verdict instanceof Verdict.Commit commit && commit.callersFault();
    }

    /** Whether something may be written now: never inside an event, and nothing more once the stream said that it is complete. */
    boolean isBetweenEvents() {
        return filter.isBetweenEvents() && !facts.isTerminal();
    }

    @Override
    public long moves() {
        return moves;
    }

    @Override
    public boolean isPaused() {
        return paused;
    }

    private void piece(Buffer buffer) {
        if (over) {
            return;
        }
        moves++;
        Buffer plain = buffer;
        if (inflation != null) {
            try {
                Bytes packed = Bytes.of(buffer);
                plain = inflation.inflate(packed.array(), packed.from(), packed.to());
            } catch (DataFormatException e) {
                fail(protocolError("sent a stream that cannot be unpacked."));
                return;
            }
        }
        bytes += plain.length();
        if (bytes > maxBytes) {
            fail(protocolError(AnswerSize.tooLarge(maxBytes)));
            return;
        }
        give(filter.feed(plain));
        decide();
    }

    /** Hands bytes on, or keeps them until there is somebody to take them. */
    private void give(Buffer out) {
        if (out.length() == 0) {
            return;
        }
        if (flowing && handler != null) {
            handler.handle(out);
        } else {
            waiting = waiting.length() == 0 ? out : waiting.appendBuffer(out);
        }
    }

    /** Draws the conclusions from a piece, once all of its events were looked at. */
    private void decide() {
        if (!commitDone) {
            if (verdict instanceof Verdict.Failed failed) {
                fail(failed.failure());
                return;
            }
            if (verdict instanceof Verdict.Commit || waiting.length() > MAX_UNCOMMITTED) {
                commitDone = true;
                pause();
                committed.complete();
            }
        }
        if (garbage != null) {
            fail(garbage);
        }
    }

    @Override
    public Fate event(byte[] event, int from, int to) {
        if (verdict instanceof Verdict.Wait && !commitDone) {
            verdict = opening.judge(event, from, to);
            if (verdict instanceof Verdict.Failed) {
                return Fate.STOP;
            }
            if (isCallersFault()) {
                facts.noteError();
            }
        } else if (checked && !EventFacts.isPlausible(event, from, to)) {
            return stop();
        }
        return facts.observe(event, from, to) && takeOutUsage ? Fate.TAKE_OUT : Fate.KEEP;
    }

    @Override
    public boolean mayLeave(byte[] event, int from, int to) {
        if (checked && !EventFacts.mayBecomePlausible(event, from, to)) {
            stop();
            return false;
        }
        return true;
    }

    private Fate stop() {
        garbage = protocolError("sent something in its stream that is none of this API.");
        return Fate.STOP;
    }

    private void end() {
        if (over) {
            return;
        }
        give(filter.finish());
        decide();
        if (over) {
            return;
        }
        if (!commitDone) {
            fail(opening.empty());
        } else if (facts.isComplete()) {
            finish();
        } else {
            fail(upstreamFailed("ended the stream without its terminal event."));
        }
    }

    private void broken(Throwable cause) {
        if (over) {
            return;
        }
        if (commitDone && (facts.isTerminal() || facts.sawError())) {
            // All that matters has arrived; how the connection ends afterwards is the backend's affair.
            finish();
        } else if (Breakage.isUnreadable(cause)) {
            fail(protocolError("sent a stream that is not framed as HTTP wants it."));
        } else {
            fail(upstreamFailed("broke off in the middle of the stream."));
        }
    }

    @Override
    public void cut(GatewayError why) {
        if (!over) {
            fail(why.asFailure());
        }
    }

    private void finish() {
        close(() -> {
            if (endHandler != null) {
                endHandler.handle(null);
            }
        });
    }

    private void fail(CallFailure failure) {
        if (!commitDone) {
            over = true;
            release();
            committed.fail(failure);
            return;
        }
        close(() -> {
            if (exceptionHandler != null) {
                exceptionHandler.handle(failure);
            }
        });
    }

    /** Tells the reader of the end: now, or after it has taken what waits for it. */
    private void close(Runnable last) {
        over = true;
        release();
        if (flowing) {
            last.run();
        } else {
            ending = last;
        }
    }

    private void release() {
        if (inflation != null) {
            inflation.close();
        }
    }

    private CallFailure protocolError(String what) {
        return failure(ErrorKind.UPSTREAM_PROTOCOL_ERROR, what);
    }

    private CallFailure upstreamFailed(String what) {
        return failure(ErrorKind.UPSTREAM_FAILED, what);
    }

    private CallFailure failure(ErrorKind kind, String what) {
        return GatewayError.of(kind, "Backend \"%s\" %s".formatted(backend, what))
                .asFailure();
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
        paused = true;
        source.pause();
        return this;
    }

    @Override
    public SseTap resume() {
        return fetch(Long.MAX_VALUE);
    }

    @Override
    public SseTap fetch(long amount) {
        paused = false;
        moves++;
        flow();
        if (!paused && !over) {
            source.fetch(amount);
        }
        return this;
    }

    /** Begins to hand bytes on, those first that waited. */
    private void flow() {
        if (flowing || handler == null || !commitDone) {
            return;
        }
        flowing = true;
        Buffer first = waiting;
        waiting = Buffer.buffer();
        give(first);
        Runnable last = ending;
        if (last != null) {
            ending = null;
            last.run();
        }
    }
}
