// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.testkit.Behaviour.Cut;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FakeUpstreamIT {
    private static final String ASK = "{\"model\":\"m\",\"messages\":[]}";
    private static final String STREAM = "{\"model\":\"m\",\"stream\":true,\"messages\":[]}";
    private static final String STREAM_WITH_USAGE =
            "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"messages\":[]}";

    private final FakeUpstream fake = FakeUpstream.start();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void stop() {
        client.shutdownNow();
        fake.close();
    }

    @Test
    void answers_like_openai_until_told_otherwise() throws Exception {
        assertThat(text(ASK)).contains("\"object\":\"chat.completion\"", "\"model\":\"m\"", "\"prompt_tokens\":11");
        assertThat(text(STREAM)).contains("\"content\":\"fake \"").endsWith("data: [DONE]\n\n");
    }

    @Test
    void follows_the_script_and_then_the_rule() throws Exception {
        fake.script(Behaviour.chat("one"), Behaviour.rateLimited(7))
                .always(Behaviour.error(503, "overloaded_error", "no"));
        assertThat(text(ASK)).contains("\"content\":\"one\"");
        var limited = send(ASK);
        assertThat(limited.statusCode()).isEqualTo(429);
        assertThat(limited.headers().firstValue("retry-after")).contains("7");
        assertThat(send(ASK).statusCode()).isEqualTo(503);
        assertThat(send(ASK).statusCode()).isEqualTo(503);
    }

    @Test
    void sends_usage_in_streams_only_if_asked() throws Exception {
        fake.always(Behaviour.stream("a", "b"));
        assertThat(text(STREAM)).doesNotContain("usage");
        assertThat(text(STREAM_WITH_USAGE)).contains("\"usage\":null", "\"choices\":[]", "\"completion_tokens\":2");
    }

    @Test
    void sends_events_of_an_exact_size_at_a_pace() throws Exception {
        fake.next(Behaviour.stream(4, 200).every(Duration.ofMillis(20)));
        long start = System.nanoTime();
        var events = text(STREAM).split("(?<=\n\n)");
        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(Duration.ofMillis(80).toNanos());
        assertThat(events).hasSize(6);
        for (int i = 0; i < 4; i++) {
            assertThat(events[i]).hasSize(200);
        }
    }

    @Test
    void splits_bytes_anywhere_even_inside_a_character() throws Exception {
        fake.next(Behaviour.rawEvents("data: €\n\n").splitEvery(1));
        var wire = raw(post(STREAM, ""));
        assertThat(wire).contains("\r\n1\r\n\u00e2\r\n1\r\n\u0082\r\n1\r\n\u00ac\r\n");
    }

    @Test
    void compresses_whenever_it_may() throws Exception {
        fake.always(Behaviour.openAi());
        for (var body : new String[] {ASK, STREAM}) {
            var packed = client.send(
                    request(body).header("accept-encoding", "br, gzip").build(), BodyHandlers.ofByteArray());
            assertThat(packed.headers().firstValue("content-encoding")).contains("gzip");
            assertThat(unpacked(packed.body())).isEqualTo(text(body));
            var plain = client.send(
                    request(body).header("accept-encoding", "gzip;q=0").build(), BodyHandlers.ofString());
            assertThat(plain.headers().firstValue("content-encoding")).isEmpty();
        }
    }

    @Test
    void compresses_against_the_wish_of_the_client_or_not_at_all() throws Exception {
        fake.script(Behaviour.chat("x").compressedAnyway(), Behaviour.chat("x").uncompressed());
        var forced =
                client.send(request(ASK).header("accept-encoding", "identity").build(), BodyHandlers.ofByteArray());
        assertThat(unpacked(forced.body())).contains("\"content\":\"x\"");
        assertThat(client.send(request(ASK).header("accept-encoding", "gzip").build(), BodyHandlers.ofString())
                        .body())
                .contains("\"content\":\"x\"");
    }

    @Test
    void each_piece_of_a_compressed_stream_can_be_read_at_once() throws Exception {
        fake.next(Behaviour.rawEvents("data: 1\n\n", "data: 2\n\n").stallAfter(1));
        var answer =
                client.send(request(STREAM).header("accept-encoding", "gzip").build(), BodyHandlers.ofInputStream());
        try (var body = new GZIPInputStream(answer.body())) {
            assertThat(new String(body.readNBytes(9), StandardCharsets.UTF_8)).isEqualTo("data: 1\n\n");
        }
    }

    @Test
    void waits_before_the_head() throws Exception {
        fake.next(Behaviour.chat("x").after(Duration.ofMillis(80)));
        long start = System.nanoTime();
        send(ASK);
        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(Duration.ofMillis(80).toNanos());
    }

    @Test
    void stalls_with_the_connection_open_and_sees_the_client_leave() throws Exception {
        fake.next(Behaviour.stream("a", "b").stallAfter(1));
        var answer = client.send(request(STREAM).build(), BodyHandlers.ofInputStream());
        assertThat(new String(answer.body().readNBytes(6), StandardCharsets.UTF_8))
                .isEqualTo("data: ");
        assertThat(fake.openRequests()).isOne();
        assertThat(fake.openConnections()).isOne();
        answer.body().close();
        fake.awaitRequestClosed(1);
        fake.awaitConnections(0);
        assertThat(fake.requests().getFirst().answer()).isEqualTo(Received.Answer.CLIENT_GONE);
        assertThat(fake.requests().getFirst().upload()).isEqualTo(Received.Upload.COMPLETE);
    }

    @Test
    void stalls_after_bytes() throws Exception {
        fake.next(Behaviour.json(200, "0123456789").stallAfterBytes(4));
        var answer = client.send(request(ASK).build(), BodyHandlers.ofInputStream());
        assertThat(new String(answer.body().readNBytes(4), StandardCharsets.UTF_8))
                .isEqualTo("0123");
        assertThat(answer.headers().firstValue("content-length")).contains("10");
        answer.body().close();
        fake.awaitRequestClosed(1);
    }

    @Test
    void silence_sends_no_head() throws Exception {
        fake.next(Behaviour.silence());
        var asked = client.sendAsync(request(ASK).build(), BodyHandlers.ofString());
        fake.awaitRequests(1);
        assertThat(asked).isNotDone();
        asked.cancel(true);
        fake.awaitRequestClosed(1);
    }

    @Test
    void cuts_in_the_middle_with_an_orderly_close() throws Exception {
        fake.next(Behaviour.stream("a", "b", "c").cutAfter(2, Cut.FIN));
        var wire = raw(post(STREAM, ""));
        assertThat(wire)
                .contains("\"content\":\"b\"")
                .doesNotContain("\"content\":\"c\"")
                .doesNotContain("\r\n0\r\n");
        fake.awaitRequestClosed(1);
        assertThat(fake.requests().getFirst().answer()).isEqualTo(Received.Answer.SENT);
    }

    @Test
    void cuts_after_bytes_of_a_body_with_a_length() {
        fake.next(Behaviour.json(200, "0123456789").cutAfterBytes(4, Cut.FIN));
        assertThatThrownBy(() -> send(ASK)).isInstanceOf(IOException.class).hasMessageContaining("received: 4");
    }

    @Test
    void cuts_with_a_reset() throws Exception {
        fake.next(Behaviour.stream("a", "b").every(Duration.ofMillis(20)).cutAfter(1, Cut.RST));
        try (var socket = RawSocket.open(fake.port())) {
            socket.send(post(STREAM, ""));
            assertThat(socket.readUntil("\"content\":\"a\"")).startsWith("HTTP/1.1 200");
            assertThatThrownBy(socket::readToEnd).hasMessageContaining("reset");
        }
    }

    @Test
    void hangs_up_without_an_answer() throws Exception {
        fake.next(Behaviour.hangUp(Cut.FIN));
        assertThat(raw(post(ASK, ""))).isEmpty();
    }

    @Test
    void ends_a_stream_in_good_order_without_done() throws Exception {
        fake.next(Behaviour.streamWithoutDone("a"));
        assertThat(text(STREAM)).contains("\"finish_reason\":\"stop\"").doesNotContain("[DONE]");
    }

    @Test
    void sends_what_is_no_answer_at_all() throws Exception {
        fake.script(Behaviour.garbage(), Behaviour.html(), Behaviour.errorInStream());
        var garbage = client.send(request(STREAM).build(), BodyHandlers.ofByteArray());
        assertThat(garbage.headers().firstValue("content-type")).contains("text/event-stream");
        assertThat(garbage.body()).hasSize(1024).contains(0xff);
        assertThat(text(ASK)).startsWith("<html>");
        assertThat(text(STREAM))
                .contains("\"content\":\"Hel\"", "\"type\":\"server_error\"")
                .doesNotContain("[DONE]");
    }

    @Test
    void streams_without_end_until_the_client_leaves() throws Exception {
        fake.next(Behaviour.endless(1_000));
        var answer = client.send(request(STREAM).build(), BodyHandlers.ofInputStream());
        assertThat(answer.body().readNBytes(3_000_000)).hasSize(3_000_000);
        answer.body().close();
        fake.awaitRequestClosed(1);
    }

    @Test
    void sends_a_huge_body() throws Exception {
        fake.next(Behaviour.huge(3));
        assertThat(text(ASK)).hasSize(3_000_000).startsWith("{").endsWith("}");
    }

    @Test
    void sends_raw_bytes_for_what_no_server_would_say() throws Exception {
        fake.next(Behaviour.raw("HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello"));
        assertThat(raw(post(ASK, ""))).endsWith("content-length: 6\r\n\r\nhello");
        fake.awaitConnections(0);
    }

    @Test
    void sends_a_wrong_content_length() {
        fake.next(Behaviour.raw("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello"));
        assertThatThrownBy(() -> send(ASK)).isInstanceOf(IOException.class);
    }

    @Test
    void sends_interim_answers_first() throws Exception {
        fake.next(Behaviour.chat("x").interim("103 Early Hints\r\nlink: </a>").interim("102 Processing"));
        try (var socket = RawSocket.open(fake.port())) {
            socket.send(post(ASK, ""));
            assertThat(socket.readUntil("\"content\":\"x\""))
                    .startsWith(
                            "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK");
        }
    }

    private HttpRequest.Builder request(String body) {
        return HttpRequest.newBuilder(URI.create(fake.baseUrl() + "/chat/completions"))
                .header("x-test", "yes")
                .POST(BodyPublishers.ofString(body));
    }

    private HttpResponse<String> send(String body) throws IOException, InterruptedException {
        return client.send(request(body).build(), BodyHandlers.ofString());
    }

    private String text(String body) throws IOException, InterruptedException {
        return send(body).body();
    }

    private String raw(String request) throws IOException {
        try (var socket = RawSocket.open(fake.port())) {
            socket.send(request);
            return socket.readToEnd();
        }
    }

    /** A request whose answer, if it is a whole one, ends the connection. */
    private static String post(String body, String headers) {
        return "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: " + body.length()
                + "\r\n" + headers + "\r\n" + body;
    }

    private static String unpacked(byte[] gzip) throws IOException {
        try (var stream = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
