// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Endpoint;
import dev.headgate.call.OutputCount;
import dev.headgate.metering.AnswerTally;
import dev.headgate.metering.TokenCorrection;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** A stream of 50 events of 200 bytes through the scanner and through the whole tap; a score is the time of one event. */
@State(Scope.Thread)
public class StreamBenchmark {
    private static final int EVENTS = 50;
    private static final byte[] CONTENT =
            event("\"delta\":{\"content\":\"" + "x".repeat(81) + "\"},\"finish_reason\":null");
    /** As OpenAI sends one token. */
    private static final byte[] TOKEN =
            event("\"delta\":{\"content\":\" understand\"},\"logprobs\":null,\"finish_reason\":null");

    private static final byte[] LAST = event("\"delta\":{},\"finish_reason\":\"stop\"");
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);

    private final OutputCount tally = new AnswerTally(new TokenCorrection());

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void scan(Blackhole hole) {
        SseScanner scanner = new SseScanner(new SseScanner.Listener() {
            @Override
            public void event(byte[] bytes, int from, int to, int end) {
                hole.consume(to);
            }

            @Override
            public void boundary(int end) {
                hole.consume(end);
            }
        });
        for (int i = 0; i < EVENTS; i++) {
            scanner.feed(CONTENT, 0, CONTENT.length);
        }
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void tap(Blackhole hole) {
        Source source = new Source();
        SseTap tap = new SseTap(source, "b", Endpoint.CHAT, MultiMap.caseInsensitiveMultiMap(), true, null, null);
        tap.handler(hole::consume);
        tap.endHandler(hole::consume);
        tap.open().onSuccess(committed -> tap.resume());
        for (int i = 0; i < EVENTS - 1; i++) {
            source.emit(CONTENT);
        }
        source.emit(LAST);
        source.emit(DONE);
        source.end();
        hole.consume(tap.facts().finishReason());
    }

    /** What a limit on tokens or money adds. */
    @Benchmark
    public void count() {
        AnswerText text = AnswerText.ofEvents(Endpoint.CHAT);
        if (text != null) {
            text.find(TOKEN, 0, TOKEN.length, tally);
        }
    }

    @Benchmark
    public boolean facts() {
        return EventFacts.mentionsUsage(CONTENT, 0, CONTENT.length)
                | EventFacts.mentionsFinish(CONTENT, 0, CONTENT.length)
                | EventFacts.hasToken(CONTENT, 0, CONTENT.length)
                | EventFacts.isTerminal(Endpoint.CHAT, CONTENT, 0, CONTENT.length)
                | EventFacts.isError(CONTENT, 0, CONTENT.length);
    }

    private static byte[] event(String choice) {
        return ("data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,"
                        + choice + "}]}\n\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** A backend's body without a backend. */
    private static final class Source implements ReadStream<Buffer> {
        private @Nullable Handler<Buffer> handler;
        private @Nullable Handler<Void> endHandler;

        void emit(byte[] bytes) {
            if (handler != null) {
                handler.handle(Buffer.buffer(bytes));
            }
        }

        void end() {
            if (endHandler != null) {
                endHandler.handle(null);
            }
        }

        @Override
        public Source handler(@Nullable Handler<Buffer> to) {
            handler = to;
            return this;
        }

        @Override
        public Source endHandler(@Nullable Handler<Void> to) {
            endHandler = to;
            return this;
        }

        @Override
        public Source exceptionHandler(@Nullable Handler<Throwable> to) {
            return this;
        }

        @Override
        public Source pause() {
            return this;
        }

        @Override
        public Source resume() {
            return this;
        }

        @Override
        public Source fetch(long amount) {
            return this;
        }
    }
}
