// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.Behaviour.Cut;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RawSocket;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Backends that fail: the client is always told, never doubly, and no truncated answer looks complete. */
final class BreakIT {
    private static final String UNARY = "{\"model\":\"chat\",\"messages\":[]}";
    private static final String STREAM = "{\"model\":\"chat\",\"stream\":true,\"messages\":[]}";
    private static final String TOKEN = "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n";
    private static FakeUpstream upstream;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() throws IOException {
        upstream = FakeUpstream.start();
        int closed;
        try (var socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        gateway = GatewayFixture.start("""
                version: 1
                defaults: { retry: { attempts: 1 } }
                backends:
                  up: { baseUrl: "%s", auth: none }
                  down: { baseUrl: "http://127.0.0.1:%d/v1", auth: none }
                models:
                  m: { backend: up, id: vendor-model }
                  dead: { backend: down }
                routes:
                  chat: { stable: m }
                  dead: { stable: dead }
                  rescued: { stable: dead, fallback: [m], retry: { attempts: 2 } }
                """.formatted(upstream.baseUrl(), closed));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
    }

    @AfterEach
    void nothing_is_left_running() {
        gateway.awaitIdle();
    }

    @Test
    void says_that_a_backend_cannot_be_reached() {
        for (String body : List.of("{\"model\":\"dead\"}", "{\"model\":\"dead\",\"stream\":true}")) {
            HttpResponse<String> answer = gateway.post("/chat/completions", body);
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body())
                    .contains("\"code\":\"upstream_unavailable\"")
                    .contains("down");
        }
    }

    @Test
    void asks_the_next_target_when_the_first_cannot_be_reached() {
        HttpResponse<String> answer = gateway.post("/chat/completions", "{\"model\":\"rescued\"}");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("x-headgate-model")).hasValue("m");
        assertThat(answer.headers().firstValue("x-headgate-attempts")).hasValue("2");
    }

    private record Refused(String name, Behaviour behaviour, int status, String code) {}

    @TestFactory
    Stream<DynamicTest> answers_with_an_error_while_nothing_was_said() {
        return Stream.of(
                        new Refused("reset before the head", Behaviour.hangUp(Cut.RST), 502, "upstream_failed"),
                        new Refused("closed before the head", Behaviour.hangUp(Cut.FIN), 502, "upstream_failed"),
                        new Refused("half a head", Behaviour.raw("HTTP/1.1 200 OK\r\nconte"), 502, "upstream_failed"),
                        new Refused(
                                "no HTTP", Behaviour.raw("SSH-2.0-OpenSSH_9.2\r\n"), 502, "upstream_protocol_error"),
                        new Refused(
                                "two content-lengths",
                                Behaviour.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                        + "Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}"),
                                502,
                                "upstream_protocol_error"),
                        new Refused(
                                "a head of 70 KB",
                                Behaviour.json(200, "{}").header("x-big", "y".repeat(70_000)),
                                502,
                                "upstream_protocol_error"),
                        new Refused(
                                "an interim answer that nobody knows",
                                Behaviour.chat("hello").interim("199 What"),
                                502,
                                "upstream_protocol_error"),
                        new Refused("a web page", Behaviour.html(), 502, "upstream_failed"),
                        new Refused(
                                "a document cut by a reset",
                                Behaviour.chat("hello").uncompressed().cutAfterBytes(50, Cut.RST),
                                502,
                                "upstream_failed"),
                        new Refused(
                                "a document cut by a close",
                                Behaviour.chat("hello").uncompressed().cutAfterBytes(50, Cut.FIN),
                                502,
                                "upstream_failed"),
                        new Refused("500", Behaviour.error(500, "server_error", "Boom."), 502, "upstream_failed"),
                        new Refused("500 as a page", Behaviour.html().status(500), 502, "upstream_failed"),
                        new Refused(
                                "a cut 500",
                                Behaviour.error(500, "x", "Boom.")
                                        .uncompressed()
                                        .cutAfterBytes(9, Cut.RST),
                                502,
                                "upstream_failed"),
                        new Refused("503", Behaviour.error(503, "x", "Boom."), 503, "upstream_unavailable"),
                        new Refused("529", Behaviour.error(529, "x", "Boom."), 503, "upstream_unavailable"),
                        new Refused("504", Behaviour.error(504, "x", "Boom."), 504, "upstream_timeout"))
                .map(test -> DynamicTest.dynamicTest(test.name, () -> {
                    for (String body : List.of(UNARY, STREAM)) {
                        upstream.next(test.behaviour);
                        HttpResponse<String> answer = gateway.post("/chat/completions", body);
                        assertThat(answer.statusCode()).isEqualTo(test.status);
                        assertThat(answer.body())
                                .contains("\"type\":\"api_error\"")
                                .contains("\"code\":\"" + test.code + "\"")
                                .doesNotContain("<html>");
                        assertThat(answer.headers().firstValue("x-request-id")).isPresent();
                    }
                }));
    }

    @Test
    void hands_the_vendors_own_refusal_on_byte_for_byte() {
        String body =
                "{ \"error\" : {\"message\":\"Nö \\u00e9\", \"type\":\"x\",\"param\":null,\"code\":\"c\",\"more\":[1.0]}}\n";
        for (int status : new int[] {400, 403, 404, 409, 422, 429}) {
            upstream.next(
                    Behaviour.json(status, body).header("retry-after", "7").header("x-should-retry", "false"));
            HttpResponse<String> answer = gateway.post("/chat/completions", STREAM);
            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(answer.body()).isEqualTo(body);
            assertThat(answer.headers().firstValue("retry-after")).hasValue("7");
            assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
        }
    }

    @Test
    void passes_the_vendors_word_on_when_to_come_back() {
        upstream.next(Behaviour.error(503, "x", "Busy.").header("retry-after", "7"));
        HttpResponse<String> answer = gateway.post("/chat/completions", UNARY);
        assertThat(answer.headers().firstValue("retry-after")).hasValue("7");
        assertThat(answer.headers().firstValue("retry-after-ms")).hasValue("7000");
    }

    @Test
    void overlooks_interim_answers() {
        upstream.next(
                Behaviour.chat("hello").interim("103 Early Hints\r\nlink: </a>").interim("100 Continue"));
        assertThat(gateway.post("/chat/completions", UNARY).body()).contains("hello");
    }

    @TestFactory
    Stream<DynamicTest> ends_a_broken_stream_with_one_error_event_and_no_done() {
        return Stream.of(
                        new Refused(
                                "reset", Behaviour.stream("one", "two").cutAfter(1, Cut.RST), 200, "upstream_failed"),
                        new Refused(
                                "closed", Behaviour.stream("one", "two").cutAfter(1, Cut.FIN), 200, "upstream_failed"),
                        new Refused(
                                "closed inside an event",
                                Behaviour.stream("one", "two").uncompressed().cutAfterBytes(250, Cut.FIN),
                                200,
                                "upstream_failed"),
                        new Refused(
                                "ended without [DONE]",
                                Behaviour.streamWithoutDone("one", "two"),
                                200,
                                "upstream_failed"),
                        new Refused(
                                "garbage behind the first token",
                                Behaviour.rawEvents(TOKEN, "<html>\n\n", TOKEN),
                                200,
                                "upstream_protocol_error"),
                        new Refused(
                                "half an object behind the first token",
                                Behaviour.rawEvents(TOKEN + "data: {\"choices\":[{\"delta\":\n\n" + TOKEN),
                                200,
                                "upstream_protocol_error"),
                        new Refused("the vendor's own error", Behaviour.errorInStream(), 200, "server_error"))
                .map(test -> DynamicTest.dynamicTest(test.name, () -> {
                    double failed = gateway.metric("llm_requests_total", "error=\"upstream");
                    upstream.next(test.behaviour);
                    HttpResponse<String> answer = gateway.post("/chat/completions", STREAM);
                    assertThat(answer.statusCode()).isEqualTo(test.status);
                    assertThat(answer.body()).doesNotContain("[DONE]");
                    assertThat(answer.body().split("data: \\{\"error\"", -1))
                            .as(answer.body())
                            .hasSize(2);
                    assertThat(answer.body()).endsWith("}}\n\n").contains(test.code);
                    gateway.awaitIdle();
                    assertThat(gateway.metric("llm_requests_total", "error=\"upstream"))
                            .isEqualTo(failed + 1);
                }));
    }

    @Test
    void takes_a_stream_for_complete_that_breaks_after_done() {
        upstream.next(Behaviour.rawEvents("data: {\"choices\":[]}\n\n", TOKEN, "data: [DONE]\n\n", "x")
                .cutAfter(3, Cut.RST));
        assertThat(gateway.post("/chat/completions", STREAM).body()).endsWith("data: [DONE]\n\n");
    }

    @Test
    void resets_the_client_when_a_large_answer_breaks() {
        upstream.next(Behaviour.huge(3).uncompressed().cutAfterBytes(2_000_000, Cut.FIN));
        assertThatThrownBy(() -> gateway.post("/chat/completions", UNARY)).hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void resets_the_client_when_an_audio_answer_breaks() throws IOException {
        for (String version : List.of("HTTP/1.1", "HTTP/1.0")) {
            String head = "HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nTransfer-Encoding: chunked\r\n\r\n";
            upstream.next(Behaviour.raw(head + "3\r\nabc\r\n"));
            try (var socket = RawSocket.open(gateway.port())) {
                socket.send(RawSocket.post("/audio/speech", "{\"model\":\"chat\",\"input\":\"x\"}")
                        .replace("HTTP/1.1", version));
                assertThat(socket.readUntil("\r\n\r\n")).contains(" 200 OK");
                assertThatThrownBy(socket::readToEnd).isInstanceOf(java.net.SocketException.class);
            }
        }
    }

    @Test
    void reads_the_usage_of_every_answer_it_can_unpack() {
        record Case(String name, Behaviour behaviour, String request, int input) {}
        List<Case> cases = List.of(
                new Case("small", Behaviour.chat("a b c"), UNARY, 11),
                new Case(
                        "packed although it was not asked for",
                        Behaviour.chat("a b c").compressedAnyway(),
                        UNARY,
                        11),
                new Case("a stream", Behaviour.stream("a", "b"), STREAM, 11),
                new Case("a packed stream", Behaviour.stream("a", "b").compressedAnyway(), STREAM, 11),
                new Case(
                        "torn and packed",
                        Behaviour.stream("a", "b").compressedAnyway().splitEvery(3),
                        STREAM,
                        11),
                new Case("large", Behaviour.json(200, large()), UNARY, 11),
                new Case("deep", Behaviour.json(200, deep()), UNARY, 11));
        for (Case test : cases) {
            double before = gateway.metric("llm_tokens_total", "direction=\"input\"");
            upstream.next(test.behaviour);
            HttpResponse<String> answer = gateway.post("/chat/completions", test.request);
            assertThat(answer.statusCode()).as(test.name).isEqualTo(200);
            gateway.awaitIdle();
            assertThat(gateway.metric("llm_tokens_total", "direction=\"input\"") - before)
                    .as(test.name)
                    .isEqualTo(test.input);
        }
    }

    private static String large() {
        return "{\"choices\":[{\"text\":\"" + "x".repeat(3_000_000) + "\"}],\"usage\":{\"prompt_tokens\":11}}";
    }

    private static String deep() {
        return "{\"choices\":" + "[{\"a\":".repeat(50) + "1" + "}]".repeat(50) + ",\"usage\":{\"prompt_tokens\":11}}";
    }

    @Test
    void hands_brotli_on_as_it_is() {
        upstream.next(Behaviour.json(200, "not really brotli").header("content-encoding", "br"));
        HttpResponse<String> answer = gateway.post("/chat/completions", UNARY);
        assertThat(answer.headers().firstValue("content-encoding")).hasValue("br");
        assertThat(answer.body()).isEqualTo("not really brotli");
    }
}
