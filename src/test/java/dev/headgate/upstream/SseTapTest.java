// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Endpoint;
import dev.headgate.call.Usage;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SseTapTest {
    private static final String ROLE =
            "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}],\"usage\":null}\n\n";
    private static final String TEXT =
            "data: {\"choices\":[{\"delta\":{\"content\":\"Grüße 🌍\"}}],\"usage\":null}\n\n";
    private static final String FINISH =
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n";
    private static final String USAGE = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5,"
            + "\"prompt_tokens_details\":{\"cached_tokens\":3},\"completion_tokens_details\":{\"reasoning_tokens\":2}}}\n\n";
    private static final String DONE = "data: [DONE]\n\n";
    private static final String STREAM = ": hello\n\n" + ROLE + TEXT + FINISH + USAGE + DONE;

    @Property
    void hands_on_every_byte_but_the_usage_chunk_however_they_are_cut(@ForAll("cuts") int[] cuts) {
        Source source = new Source();
        SseTap tap = tap(source, true);
        StringBuilder out = read(tap);

        source.feed(STREAM, cuts);

        assertThat(out.toString()).isEqualTo(STREAM.replace(USAGE, ""));
        assertThat(tap.usage()).isEqualTo(new Usage(7, 5, 3, 2));
        assertThat(tap.finishReason()).isEqualTo("stop");
    }

    @Property
    void hands_on_every_byte_where_the_client_asked_for_usage(@ForAll("cuts") int[] cuts) {
        Source source = new Source();
        SseTap tap = tap(source, false);
        StringBuilder out = read(tap);

        source.feed(STREAM, cuts);

        assertThat(out.toString()).isEqualTo(STREAM);
        assertThat(tap.usage()).isEqualTo(new Usage(7, 5, 3, 2));
    }

    @Test
    void keeps_a_chunk_that_has_usage_beside_content() {
        String both =
                "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\n";
        Source source = new Source();
        SseTap tap = tap(source, true);
        StringBuilder out = read(tap);

        source.feed(both + DONE);

        assertThat(out.toString()).isEqualTo(both + DONE);
        assertThat(tap.usage()).isEqualTo(new Usage(1, 1, 0, 0));
    }

    @Test
    void notes_the_first_token_at_the_first_content_and_not_at_the_role() {
        Source source = new Source();
        SseTap tap = tap(source, false);
        read(tap);

        source.feed(ROLE);
        assertThat(tap.firstTokenNanos()).isZero();
        source.feed(TEXT);
        assertThat(tap.firstTokenNanos()).isNotZero();
    }

    @Test
    void fails_where_the_stream_ends_without_its_terminal_event() {
        Source source = new Source();
        StringBuilder out = read(tap(source, false));

        source.feed(ROLE + TEXT);
        source.end();

        assertThat(out.toString()).isEqualTo(ROLE + TEXT + "<broke>");
    }

    @Test
    void ends_well_where_the_connection_breaks_after_the_terminal_event() {
        Source source = new Source();
        StringBuilder out = read(tap(source, false));

        source.feed(TEXT + DONE);
        source.breakOff();

        assertThat(out.toString()).isEqualTo(TEXT + DONE + "<end>");
    }

    @Test
    void adds_nothing_to_an_error_that_the_backend_reported_itself() {
        String error = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n";
        Source source = new Source();
        SseTap tap = tap(source, false);
        StringBuilder out = read(tap);

        source.feed(TEXT + error);
        source.end();

        assertThat(out.toString()).isEqualTo(TEXT + error + "<end>");
        assertThat(tap.sawError()).isTrue();
    }

    @Test
    void does_not_hold_back_an_event_that_is_larger_than_its_bound() {
        Source source = new Source();
        SseTap tap = tap(source, true);
        StringBuilder out = read(tap);
        String start = "data: " + "x".repeat(70_000);

        source.feed(start);

        assertThat(out.toString()).isEqualTo(start);
        assertThat(tap.isBetweenEvents()).isFalse();
        source.feed("y\n\n");
        assertThat(tap.isBetweenEvents()).isTrue();
        source.feed(DONE);
        assertThat(out.toString()).isEqualTo(start + "y\n\n" + DONE);
        assertThat(tap.isBetweenEvents())
                .as("behind the last event nothing is written")
                .isFalse();
    }

    @Test
    void drops_half_an_event_when_the_backend_breaks_off_inside_it() {
        Source source = new Source();
        StringBuilder out = read(tap(source, false));

        source.feed(TEXT + "data: {\"choi");
        source.breakOff();

        assertThat(out.toString()).isEqualTo(TEXT + "<broke>");
    }

    @Provide
    Arbitrary<int[]> cuts() {
        return Arbitraries.integers()
                .between(1, 120)
                .array(int[].class)
                .ofMinSize(1)
                .ofMaxSize(8);
    }

    private static SseTap tap(Source source, boolean takeOutUsage) {
        return new SseTap(source, "b", Endpoint.CHAT, takeOutUsage, null);
    }

    private static StringBuilder read(SseTap tap) {
        StringBuilder out = new StringBuilder();
        Buffer bytes = Buffer.buffer();
        tap.handler(piece -> {
            bytes.appendBuffer(piece);
            out.setLength(0);
            out.append(bytes.toString());
        });
        tap.endHandler(v -> out.append("<end>"));
        tap.exceptionHandler(e -> out.append("<broke>"));
        return out;
    }

    /** Bytes by hand. */
    private static final class Source implements ReadStream<Buffer> {
        private Handler<Buffer> handler = ignored -> {};
        private Handler<Void> endHandler = ignored -> {};
        private Handler<Throwable> exceptionHandler = ignored -> {};

        void feed(String text, int... cuts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int at = 0;
            for (int i = 0; at < bytes.length; i++) {
                int next = cuts.length == 0 ? bytes.length : Math.min(bytes.length, at + cuts[i % cuts.length]);
                handler.handle(Buffer.buffer(Arrays.copyOfRange(bytes, at, next)));
                at = next;
            }
        }

        void end() {
            endHandler.handle(null);
        }

        void breakOff() {
            exceptionHandler.handle(new IllegalStateException("reset"));
        }

        @Override
        public Source handler(@Nullable Handler<Buffer> to) {
            if (to != null) {
                handler = to;
            }
            return this;
        }

        @Override
        public Source endHandler(@Nullable Handler<Void> to) {
            if (to != null) {
                endHandler = to;
            }
            return this;
        }

        @Override
        public Source exceptionHandler(@Nullable Handler<Throwable> to) {
            if (to != null) {
                exceptionHandler = to;
            }
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
