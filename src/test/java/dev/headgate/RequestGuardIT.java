// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.http.Times;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RawSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Requests that two parsers might read differently, byte by byte: each is refused, closes its connection, reaches no backend, and
 * what follows it on the connection is never executed.
 */
final class RequestGuardIT {
    private static final String BODY = "{\"model\":\"chat\",\"messages\":[]}";
    private static final String NEXT = post("Host: localhost\r\nContent-Length: " + BODY.length(), BODY);
    private static final Times TIMES = new Times(
            Duration.ofMillis(10),
            Duration.ofSeconds(15),
            Duration.ofSeconds(60),
            Duration.ofMillis(300),
            Duration.ofMillis(200),
            Duration.ofSeconds(60));
    private static FakeUpstream upstream;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        gateway = GatewayFixture.start("auth: none\n", GatewayFixture.routesTo(upstream), TIMES);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
    }

    private record Probe(String name, int status, String bytes) {}

    @TestFactory
    Stream<DynamicTest> refuses() {
        String length = "Content-Length: " + BODY.length();
        String chunked = Integer.toHexString(BODY.length()) + "\r\n" + BODY + "\r\n0\r\n\r\n";
        return List.of(
                        probe("content-length and chunked", post(host(length, "Transfer-Encoding: chunked"), chunked)),
                        probe("chunked and content-length", post(host("Transfer-Encoding: chunked", length), chunked)),
                        probe(
                                "content-length and chunked in HTTP/1.0",
                                post(host(length, "Transfer-Encoding: chunked"), chunked)
                                        .replace("HTTP/1.1", "HTTP/1.0")),
                        probe(
                                "chunked in HTTP/1.0",
                                post(host("Transfer-Encoding: chunked"), chunked)
                                        .replace("HTTP/1.1", "HTTP/1.0")),
                        probe("xchunked", post(host("Transfer-Encoding: xchunked"), chunked)),
                        probe("xchunked and content-length", post(host("Transfer-Encoding: xchunked", length), BODY)),
                        probe(
                                "identity, then chunked",
                                post(host("Transfer-Encoding: identity", "Transfer-Encoding: chunked"), chunked)),
                        probe(
                                "chunked, then identity",
                                post(host("Transfer-Encoding: chunked", "Transfer-Encoding: identity"), chunked)),
                        probe("chunked twice in one line", post(host("Transfer-Encoding: chunked, chunked"), chunked)),
                        probe("gzip, chunked", post(host("Transfer-Encoding: gzip, chunked"), chunked)),
                        probe(
                                "a tab before chunked and content-length",
                                post(host("Transfer-Encoding:\tchunked", length), BODY)),
                        probe("two hosts", post(host("Host: evil.example", length), BODY)),
                        probe("the same host twice", post(host("Host: localhost", length), BODY)),
                        probe("no host", post(length, BODY)),
                        probe("an empty host", post("Host:\r\n" + length, BODY)),
                        probe("a host with a path", post("Host: localhost/x\r\n" + length, BODY)),
                        probe("a host with a user", post("Host: localhost@evil.example\r\n" + length, BODY)),
                        probe("control bytes before the request line", "\u0001\u0002" + NEXT),
                        probe("absolute form", NEXT.replace("POST /v1", "POST http://evil.example/v1")),
                        probe("encoded dots", NEXT.replace("/v1/chat/completions", "/v1/%2e%2e/admin")),
                        probe("dots", NEXT.replace("/v1/chat/completions", "/v1/../v1/chat/completions")),
                        probe("an encoded slash", NEXT.replace("/v1/chat/completions", "/v1/chat%2Fcompletions")),
                        probe("two slashes", NEXT.replace("/v1/chat", "//v1/chat")),
                        probe("a backslash", NEXT.replace("/v1/chat", "/v1\\chat")),
                        probe(
                                "an encoded line end in the path",
                                NEXT.replace("/completions", "/completions%0d%0aX:%20y")),
                        probe("a raw 8-bit character in the path", NEXT.replace("/completions", "/completions\u00e9")),
                        probe("two content-lengths", post(host(length, "Content-Length: 5"), BODY)),
                        probe("the same content-length twice", post(host(length, length), BODY)),
                        probe("a list of content-lengths", post(host(length + ", " + BODY.length()), BODY)),
                        probe("+3", post(host("Content-Length: +3"), "abc")),
                        probe("-1", post(host("Content-Length: -1"), "")),
                        probe("0x3", post(host("Content-Length: 0x3"), "abc")),
                        probe("no digits", post(host("Content-Length: "), "")),
                        probe("a space before the colon", post(host("Content-Length : " + BODY.length()), BODY)),
                        probe("a header without a colon", post(host("Content-Length", length), BODY)),
                        probe("a header without a name", post(host(": x", length), BODY)),
                        probe("a bare line feed between headers", post("Host: localhost\nX-A: b\r\n" + length, BODY)),
                        probe("bare line feeds everywhere", NEXT.replace("\r\n", "\n")),
                        probe("a bare carriage return in a value", post(host("X-A: b\rX-B: c", length), BODY)),
                        probe("a NUL in a value", post(host("X-A: b\0c", length), BODY)),
                        probe("a NUL in a name", post(host("X-\0A: b", length), BODY)),
                        new Probe("HTTP/9.9", 501, NEXT.replace("HTTP/1.1", "HTTP/9.9")),
                        probe("no version", NEXT.replace(" HTTP/1.1", "")),
                        probe("a space in the target", NEXT.replace("/v1/chat", "/v1 /chat")),
                        probe(
                                "a bad chunk size",
                                post(host("Transfer-Encoding: chunked"), "zz\r\n" + BODY + "\r\n0\r\n\r\n")),
                        probe(
                                "a negative chunk size",
                                post(host("Transfer-Encoding: chunked"), "-1\r\n" + BODY + "\r\n0\r\n\r\n")),
                        probe(
                                "a chunk longer than its size",
                                post(host("Transfer-Encoding: chunked"), "2\r\n" + BODY + "\r\n0\r\n\r\n")),
                        new Probe("a request line of 9 KB", 414, NEXT.replace("/completions", "/" + "x".repeat(9_000))),
                        new Probe("headers of 40 KB", 431, post(host("X-Big: " + "y".repeat(40_000), length), BODY)),
                        new Probe(
                                "headers of 40 KB in small pieces",
                                431,
                                post(host("X-Small: 0123456789\r\n".repeat(2_000) + length), BODY)))
                .stream()
                .map(probe -> DynamicTest.dynamicTest(probe.name, () -> refuse(probe)));
    }

    private static void refuse(Probe probe) throws IOException {
        int before = upstream.requests().size();
        try (var socket = RawSocket.open(gateway.port())) {
            socket.send(probe.bytes + NEXT);
            String answer = socket.readToEnd();

            assertThat(answer.split("HTTP/\\d\\.\\d " + probe.status + " ", -1))
                    .as(answer)
                    .hasSize(2);
            assertThat(answer.split("HTTP/\\d\\.\\d ", -1)).as(answer).hasSize(2);
            if (probe.status != 501 && !answer.isEmpty()) {
                assertThat(answer.toLowerCase(java.util.Locale.ROOT))
                        .contains("x-request-id: call_")
                        .contains("connection: close")
                        .contains("{\"error\":{\"message\":\"")
                        .contains("\"type\":\"invalid_request_error\"");
            }
        }
        gateway.awaitIdle();
        assertThat(upstream.requests()).hasSize(before);
    }

    @Test
    void joins_folded_headers_and_forwards_no_line_end() throws IOException {
        try (var socket = RawSocket.open(gateway.port())) {
            socket.send(post(host("X-Folded: one\r\n two\r\n\tthree", "Content-Length: " + BODY.length()), BODY));

            assertThat(socket.readAnswer()).startsWith("HTTP/1.1 200 ");
        }
        assertThat(upstream.requests().getLast().headers().getAll("x-folded"))
                .singleElement()
                .asString()
                .doesNotContain("\r", "\n")
                .matches("one\\s+two\\s+three");
    }

    @Test
    void closes_a_connection_that_sends_half_a_head_after_the_idle_time() throws IOException {
        try (var socket = RawSocket.open(gateway.port())) {
            socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: local");

            assertThat(socket.readToEnd()).isEmpty();
        }
    }

    @Test
    void closes_an_idle_connection_after_the_idle_time_but_not_one_that_waits_for_its_answer() throws IOException {
        upstream.next(Behaviour.chat("late").after(Duration.ofSeconds(1)));
        try (var socket = RawSocket.open(gateway.port())) {
            socket.send(NEXT);

            assertThat(socket.readToEnd()).startsWith("HTTP/1.1 200 ").contains("late");
        }
    }

    @Test
    void serves_a_flood_of_pipelined_requests_one_at_a_time() throws IOException {
        String get = "GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n";
        try (var socket = RawSocket.open(gateway.port())) {
            var sender = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 100; i++) {
                        socket.send(get.repeat(100));
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            for (int i = 0; i < 10_000; i++) {
                assertThat(socket.readAnswer()).startsWith("HTTP/1.1 200 ");
            }
            sender.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void asks_no_backend_for_pipelined_requests_whose_turn_has_not_come() throws IOException {
        int before = upstream.requests().size();
        upstream.next(Behaviour.silence());
        try (var socket = RawSocket.open(gateway.port())) {
            socket.send(NEXT.repeat(200));
            upstream.awaitRequests(before + 1);
            assertThat(gateway.metric("llm_requests_in_flight")).isEqualTo(1);
            assertThat(upstream.requests()).hasSize(before + 1);
        }
    }

    private static Probe probe(String name, String bytes) {
        return new Probe(name, 400, bytes);
    }

    private static String host(String... more) {
        return "Host: localhost\r\n" + String.join("\r\n", more);
    }

    private static String post(String headers, String body) {
        return "POST /v1/chat/completions HTTP/1.1\r\n" + headers + "\r\n\r\n" + body;
    }
}
