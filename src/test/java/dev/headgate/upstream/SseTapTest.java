// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.CallFailure;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.Usage;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
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
        HandSource source = new HandSource();
        SseTap tap = tap(source, true);
        StringBuilder out = read(tap);

        source.feed(STREAM, cuts);

        assertThat(out.toString()).isEqualTo(STREAM.replace(USAGE, ""));
        assertThat(tap.facts().usage()).isEqualTo(new Usage(7, 5, 3, 2));
        assertThat(tap.facts().finishReason()).isEqualTo("stop");
    }

    @Property
    void hands_on_every_byte_where_the_client_asked_for_usage(@ForAll("cuts") int[] cuts) {
        HandSource source = new HandSource();
        SseTap tap = tap(source, false);
        StringBuilder out = read(tap);

        source.feed(STREAM, cuts);

        assertThat(out.toString()).isEqualTo(STREAM);
        assertThat(tap.facts().usage()).isEqualTo(new Usage(7, 5, 3, 2));
    }

    @Test
    void keeps_a_chunk_that_has_usage_beside_content() {
        String both =
                "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\n";
        HandSource source = new HandSource();
        SseTap tap = tap(source, true);
        StringBuilder out = read(tap);

        source.feed(both + DONE);

        assertThat(out.toString()).isEqualTo(both + DONE);
        assertThat(tap.facts().usage()).isEqualTo(new Usage(1, 1, 0, 0));
    }

    @Test
    void notes_the_first_token_at_the_first_content_and_not_at_the_role() {
        HandSource source = new HandSource();
        SseTap tap = tap(source, false);
        read(tap);

        source.feed(ROLE);
        assertThat(tap.facts().firstTokenNanos()).isZero();
        source.feed(TEXT);
        assertThat(tap.facts().firstTokenNanos()).isNotZero();
    }

    @Test
    void fails_where_the_stream_ends_without_its_terminal_event() {
        HandSource source = new HandSource();
        StringBuilder out = read(tap(source, false));

        source.feed(ROLE + TEXT);
        source.end();

        assertThat(out.toString()).isEqualTo(ROLE + TEXT + "<broke>");
    }

    @Test
    void ends_well_where_the_connection_breaks_after_the_terminal_event() {
        HandSource source = new HandSource();
        StringBuilder out = read(tap(source, false));

        source.feed(TEXT + DONE);
        source.breakOff();

        assertThat(out.toString()).isEqualTo(TEXT + DONE + "<end>");
    }

    @Test
    void adds_nothing_to_an_error_that_the_backend_reported_itself() {
        String error = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n";
        HandSource source = new HandSource();
        SseTap tap = tap(source, false);
        StringBuilder out = read(tap);

        source.feed(TEXT + error);
        source.end();

        assertThat(out.toString()).isEqualTo(TEXT + error + "<end>");
        assertThat(tap.sawError()).isTrue();
    }

    @Test
    void does_not_hold_back_an_event_that_is_larger_than_its_bound() {
        HandSource source = new HandSource();
        SseTap tap = tap(source, true);
        StringBuilder out = read(tap);
        String start = "data: {\"image\":\"" + "x".repeat(70_000);

        source.feed(TEXT);
        source.feed(start);

        assertThat(out.toString().equals(TEXT + start)).isTrue();
        assertThat(tap.isBetweenEvents()).isFalse();
        source.feed("y\"}\n\n");
        assertThat(tap.isBetweenEvents()).isTrue();
        source.feed(DONE);
        assertThat(out.toString().equals(TEXT + start + "y\"}\n\n" + DONE)).isTrue();
        assertThat(tap.isBetweenEvents())
                .as("behind the last event nothing is written")
                .isFalse();
    }

    @Test
    void drops_half_an_event_when_the_backend_breaks_off_inside_it() {
        HandSource source = new HandSource();
        StringBuilder out = read(tap(source, false));

        source.feed(TEXT + "data: {\"choi");
        source.breakOff();

        assertThat(out.toString()).isEqualTo(TEXT + "<broke>");
    }

    @Test
    void holds_everything_back_until_something_is_said_and_hands_it_on_byte_for_byte() {
        HandSource source = new HandSource();
        SseTap tap = tap(source, true);
        Future<Void> committed = tap.open();

        source.feed(": hello\n\n" + ROLE);
        assertThat(committed.isComplete()).isFalse();
        source.feed(TEXT + USAGE + FINISH + DONE);
        assertThat(committed.succeeded()).isTrue();
        assertThat(source.isPaused()).isTrue();
        assertThat(tap.isPaused()).isTrue();
        source.end();

        StringBuilder out = attach(tap);
        tap.resume();
        assertThat(out.toString()).isEqualTo(": hello\n\n" + ROLE + TEXT + FINISH + DONE + "<end>");
        assertThat(tap.facts().usage()).isEqualTo(new Usage(7, 5, 3, 2));
        assertThat(tap.isBetweenEvents()).isFalse();
    }

    @Property
    void commits_and_hands_on_the_same_however_the_bytes_are_cut(@ForAll("cuts") int[] cuts) {
        HandSource source = new HandSource();
        SseTap tap = tap(source, true);
        StringBuilder out = attach(tap);
        // The reader comes only when all has been fed.
        Future<Void> committed = tap.open();
        source.feed(STREAM, cuts);
        source.end();

        assertThat(committed.succeeded()).isTrue();
        tap.resume();
        assertThat(out.toString()).isEqualTo(STREAM.replace(USAGE, "") + "<end>");
    }

    @Test
    void fails_before_the_commitment_without_a_word_to_the_reader() {
        String error = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n";
        assertThat(failure(source -> source.feed(ROLE + error))).isEqualTo(ErrorKind.UPSTREAM_FAILED);
        assertThat(failure(source -> source.feed(ROLE + error + TEXT))).isEqualTo(ErrorKind.UPSTREAM_FAILED);
        assertThat(failure(source -> source.feed("<html>\n\n"))).isEqualTo(ErrorKind.UPSTREAM_PROTOCOL_ERROR);
        assertThat(failure(source -> source.feed("data: " + "x".repeat(70_000))))
                .isEqualTo(ErrorKind.UPSTREAM_PROTOCOL_ERROR);
        assertThat(failure(source -> source.feed(DONE))).isEqualTo(ErrorKind.UPSTREAM_FAILED);
        assertThat(failure(HandSource::end)).isEqualTo(ErrorKind.UPSTREAM_FAILED);
        assertThat(failure(HandSource::breakOff)).isEqualTo(ErrorKind.UPSTREAM_FAILED);
        assertThat(failure(source -> source.breakOff(new NumberFormatException("chunk"))))
                .isEqualTo(ErrorKind.UPSTREAM_PROTOCOL_ERROR);
        assertThat(failure(source -> {
                    source.feed(ROLE);
                    source.end();
                }))
                .isEqualTo(ErrorKind.UPSTREAM_FAILED);
    }

    @Test
    void commits_as_it_is_once_too_much_is_held() {
        HandSource source = new HandSource();
        SseTap tap = tap(source, false);
        Future<Void> committed = tap.open();
        String comment = ": " + "x".repeat(1000) + "\n\n";
        int most = SseTap.MAX_UNCOMMITTED / comment.length();

        source.feed(comment.repeat(most));
        assertThat(committed.isComplete()).isFalse();
        source.feed(comment);
        assertThat(committed.succeeded()).isTrue();

        StringBuilder out = attach(tap);
        tap.resume();
        source.feed(TEXT + DONE);
        source.end();
        assertThat(out.toString().equals(comment.repeat(most + 1) + TEXT + DONE + "<end>"))
                .isTrue();
    }

    @Test
    void commits_an_error_that_is_the_callers_fault_and_blames_nobody() {
        String error = "data: {\"error\":{\"message\":\"no\",\"code\":400}}\n\n";
        HandSource source = new HandSource();
        SseTap tap = tap(source, false);
        StringBuilder out = read(tap);

        source.feed(ROLE + error);
        source.end();

        assertThat(out.toString()).isEqualTo(ROLE + error + "<end>");
        assertThat(tap.sawError()).isFalse();
    }

    @Property
    void never_hands_on_garbage_behind_the_commitment_however_it_is_cut(@ForAll("cuts") int[] cuts) {
        HandSource source = new HandSource();
        SseTap tap = tap(source, true);
        StringBuilder out = read(tap);

        source.feed(ROLE + TEXT + USAGE + "data: {\"choi\n\n" + TEXT + DONE, cuts);

        assertThat(out.toString()).isEqualTo(ROLE + TEXT + "<broke>");
        assertThat(tap.isBetweenEvents()).isTrue();
    }

    @Test
    void writes_nothing_behind_garbage_of_which_a_part_has_left() {
        HandSource source = new HandSource();
        SseTap tap = tap(source, false);
        StringBuilder out = read(tap);
        String start = "data: {\"image\":\"" + "x".repeat(70_000);

        source.feed(TEXT + start);
        source.feed("\n\n" + TEXT);

        assertThat(out.toString().equals(TEXT + start + "<broke>")).isTrue();
        assertThat(tap.isBetweenEvents()).as("the client is reset").isFalse();
    }

    @Test
    void tells_a_break_only_behind_what_was_held() {
        HandSource source = new HandSource();
        SseTap tap = tap(source, false);
        tap.open();
        source.feed(ROLE + TEXT);
        source.breakOff();

        StringBuilder out = attach(tap);
        tap.resume();
        assertThat(out.toString()).isEqualTo(ROLE + TEXT + "<broke>");
    }

    @Test
    void breaks_off_a_stream_without_end() {
        HandSource source = new HandSource();
        SseTap tap = tap(source, false);
        int[] size = new int[1];
        StringBuilder broke = new StringBuilder();
        tap.handler(piece -> size[0] += piece.length());
        tap.exceptionHandler(e -> broke.append(e.getMessage()));
        tap.open().onSuccess(v -> tap.resume());
        source.feed(TEXT);
        String event = "data: {\"x\":\"" + "x".repeat(60_000) + "\"}\n\n";

        for (int i = 0; i < 1_200; i++) {
            source.feed(event);
        }

        long most = AnswerSize.mostEvents(Endpoint.CHAT);
        assertThat((long) size[0]).isBetween(most - event.length(), most);
        assertThat(broke.toString()).isEqualTo("Backend \"b\" sent an answer of more than 64 MB.");
    }

    private static ErrorKind failure(Consumer<HandSource> play) {
        HandSource source = new HandSource();
        SseTap tap = tap(source, false);
        StringBuilder out = attach(tap);
        Future<Void> committed = tap.open();
        play.accept(source);
        assertThat(committed.failed()).isTrue();
        assertThat(out.toString()).isEmpty();
        return ((CallFailure) committed.cause()).error().kind();
    }

    @Provide
    Arbitrary<int[]> cuts() {
        return Arbitraries.integers()
                .between(1, 120)
                .array(int[].class)
                .ofMinSize(1)
                .ofMaxSize(8);
    }

    private static SseTap tap(HandSource source, boolean takeOutUsage) {
        return new SseTap(source, "b", Endpoint.CHAT, MultiMap.caseInsensitiveMultiMap(), takeOutUsage, null, null);
    }

    /** Reads from the commitment on, as the relay does. */
    private static StringBuilder read(SseTap tap) {
        StringBuilder out = attach(tap);
        tap.open().onSuccess(committed -> tap.resume());
        return out;
    }

    private static StringBuilder attach(SseTap tap) {
        StringBuilder out = new StringBuilder();
        Buffer bytes = Buffer.buffer();
        // A character may be cut in two, so all bytes are read again with every piece.
        tap.handler(piece -> {
            bytes.appendBuffer(piece);
            out.setLength(0);
            out.append(bytes.toString());
        });
        tap.endHandler(v -> out.append("<end>"));
        tap.exceptionHandler(e -> out.append("<broke>"));
        return out;
    }
}
