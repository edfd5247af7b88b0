// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.call.CallFailure;
import dev.headgate.call.CallRecord;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.Timeouts;
import dev.headgate.call.UpstreamFault;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.Behaviour.Cut;
import dev.headgate.testkit.FakeUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** One try at a backend, through real sockets: what it may take, how it fails, and what is left of it afterwards. */
final class ExchangeIT {
    private static final String CHAT = "/chat/completions";
    private static final String UNARY = "{\"model\":\"m\",\"messages\":[]}";
    private static final String STREAM = "{\"model\":\"m\",\"stream\":true,\"messages\":[]}";
    private static final String ROLE =
            "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
    private static final String TOKEN = "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n";
    private static FakeUpstream upstream;
    private static OneTarget gateway;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        gateway = new OneTarget(upstream.baseUrl());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
    }

    @BeforeEach
    void usual_timeouts() {
        gateway.use(upstream.baseUrl(), null, Timeouts.DEFAULT);
    }

    @AfterEach
    void no_request_is_left_upstream() {
        upstream.awaitRequestClosed(upstream.requests().size());
    }

    private record Late(String name, Behaviour behaviour, String body, Timeouts timeouts, String setting) {}

    @TestFactory
    Stream<DynamicTest> gives_up_in_time_while_nothing_was_said() {
        return Stream.of(
                        new Late("no head", Behaviour.silence(), STREAM, timeouts(100, 9000, null), "firstByte 100ms"),
                        new Late(
                                "no head, though a token would have more time",
                                Behaviour.silence(),
                                STREAM,
                                timeouts(9000, 100, null),
                                "firstToken 100ms"),
                        new Late(
                                "a head alone",
                                Behaviour.rawEvents(ROLE).stallAfter(0),
                                STREAM,
                                timeouts(50, 200, null),
                                "firstToken 200ms"),
                        new Late(
                                "a role alone",
                                Behaviour.rawEvents(ROLE).stallAfter(1),
                                STREAM,
                                timeouts(50, 200, null),
                                "firstToken 200ms"),
                        new Late(
                                "comments without end",
                                Behaviour.rawEvents(": a\n\n".repeat(50).split("(?<=\n\n)"))
                                        .every(Duration.ofMillis(20)),
                                STREAM,
                                timeouts(9000, 200, null),
                                "firstToken 200ms"),
                        new Late(
                                "half a document for a stream",
                                Behaviour.huge(1).uncompressed().stallAfterBytes(1000),
                                STREAM,
                                timeouts(9000, 200, null),
                                "firstToken 200ms"),
                        new Late("no document", Behaviour.silence(), UNARY, timeouts(1, 1, 150L), "total 150ms"),
                        new Late(
                                "half a document",
                                Behaviour.huge(1).uncompressed().stallAfterBytes(1000),
                                UNARY,
                                timeouts(1, 1, 150L),
                                "total 150ms"),
                        new Late("no stream", Behaviour.silence(), STREAM, timeouts(9000, 9000, 150L), "total 150ms"))
                .map(test -> DynamicTest.dynamicTest(test.name, () -> {
                    upstream.next(test.behaviour);
                    gateway.use(upstream.baseUrl(), null, test.timeouts);

                    HttpResponse<String> answer = gateway.post(CHAT, test.body);

                    assertThat(answer.statusCode()).isEqualTo(504);
                    assertThat(answer.body())
                            .contains("Backend \\\"up\\\" ")
                            .contains("(timeouts." + test.setting + ").")
                            .contains("\"code\":\"upstream_timeout\"");
                    assertThat(gateway.failure().error().kind()).isEqualTo(ErrorKind.UPSTREAM_TIMEOUT);
                    CallRecord.Attempt attempt = gateway.record().attempts().getFirst();
                    assertThat(attempt.failure).isEqualTo("upstream_timeout");
                    assertThat(attempt.firstTokenNanos).isZero();
                    assertThat(attempt.endedNanos).isPositive();
                }));
    }

    @Test
    void ends_a_stream_that_falls_silent_with_an_error_event() {
        upstream.next(Behaviour.stream("one", "two").stallAfter(1));
        gateway.use(upstream.baseUrl(), null, timeouts(9000, 9000, null));

        HttpResponse<String> answer = gateway.post(CHAT, STREAM);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .contains("one")
                .contains("event: error")
                .contains("fell silent (timeouts.idle 200ms).")
                .doesNotContain("[DONE]");
        gateway.reply();
        CallRecord record = gateway.record();
        assertThat(record.error).isEqualTo(ErrorKind.UPSTREAM_TIMEOUT);
        CallRecord.Attempt attempt = record.attempts().getFirst();
        assertThat(attempt.firstTokenNanos).isBetween(attempt.headNanos, attempt.endedNanos);
    }

    @Test
    void ends_a_stream_that_takes_too_long_in_all() {
        upstream.next(Behaviour.endless(200).every(Duration.ofMillis(10)));
        gateway.use(upstream.baseUrl(), null, timeouts(9000, 9000, 300L));
        assertThat(gateway.post(CHAT, STREAM).body())
                .contains("was not done in time (timeouts.total 300ms).")
                .endsWith("}}\n\n");
        gateway.reply();
        gateway.record();
    }

    @Test
    void resets_the_client_of_a_document_that_falls_silent() {
        upstream.next(Behaviour.huge(3).uncompressed().stallAfterBytes(2_000_000));
        gateway.use(upstream.baseUrl(), null, timeouts(9000, 9000, null));
        assertThatThrownBy(() -> gateway.post(CHAT, UNARY)).isInstanceOf(UncheckedIOException.class);
        gateway.reply();
        assertThat(gateway.record().errorMessage).contains("timeouts.idle");
    }

    private record Failed(
            String name,
            Behaviour behaviour,
            String body,
            ErrorKind kind,
            @Nullable UpstreamFault fault) {}

    @TestFactory
    Stream<DynamicTest> fails_a_try_of_which_nothing_was_seen() {
        return Stream.of(
                        new Failed(
                                "an error event",
                                Behaviour.rawEvents(ROLE, "data: {\"error\":{\"type\":\"server_error\"}}\n\n"),
                                STREAM,
                                ErrorKind.UPSTREAM_FAILED,
                                new UpstreamFault(500, "server_error", null, null)),
                        new Failed(
                                "a rate limit as an event",
                                Behaviour.rawEvents("data: {\"error\":{\"code\":\"rate_limit_exceeded\"}}\n\n")
                                        .header("retry-after", "3"),
                                STREAM,
                                ErrorKind.UPSTREAM_RATE_LIMITED,
                                new UpstreamFault(429, null, "rate_limit_exceeded", Duration.ofSeconds(3))),
                        new Failed(
                                "too long a prompt",
                                Behaviour.rawEvents("data: {\"error\":{\"code\":\"context_length_exceeded\"}}\n\n"),
                                STREAM,
                                ErrorKind.CONTEXT_TOO_LONG,
                                new UpstreamFault(400, null, "context_length_exceeded", null)),
                        new Failed("an end at once", Behaviour.rawEvents(""), STREAM, ErrorKind.UPSTREAM_FAILED, null),
                        new Failed(
                                "[DONE] at once",
                                Behaviour.rawEvents("data: [DONE]\n\n"),
                                STREAM,
                                ErrorKind.UPSTREAM_FAILED,
                                null),
                        new Failed("garbage", Behaviour.garbage(), STREAM, ErrorKind.UPSTREAM_PROTOCOL_ERROR, null),
                        new Failed(
                                "a break behind the role",
                                Behaviour.rawEvents(ROLE, TOKEN).cutAfter(1, Cut.FIN),
                                STREAM,
                                ErrorKind.UPSTREAM_FAILED,
                                null),
                        new Failed(
                                "a broken chunk",
                                Behaviour.raw("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                                        + "transfer-encoding: chunked\r\n\r\nzz\r\n"),
                                STREAM,
                                ErrorKind.UPSTREAM_PROTOCOL_ERROR,
                                null),
                        new Failed(
                                "a broken chunk in a document",
                                Behaviour.raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                                        + "transfer-encoding: chunked\r\n\r\nzz\r\n"),
                                UNARY,
                                ErrorKind.UPSTREAM_PROTOCOL_ERROR,
                                null),
                        new Failed(
                                "a 500",
                                Behaviour.error(500, "server_error", "Boom.").header("retry-after-ms", "1500"),
                                UNARY,
                                ErrorKind.UPSTREAM_FAILED,
                                new UpstreamFault(500, "server_error", null, Duration.ofMillis(1500))),
                        new Failed(
                                "plain text",
                                Behaviour.raw(
                                        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 13\r\n\r\n"
                                                + "Secret words."),
                                UNARY,
                                ErrorKind.UPSTREAM_FAILED,
                                null),
                        new Failed("a web page", Behaviour.html(), STREAM, ErrorKind.UPSTREAM_FAILED, null),
                        new Failed(
                                "17 MB that its head announces",
                                Behaviour.huge(17).uncompressed(),
                                UNARY,
                                ErrorKind.UPSTREAM_PROTOCOL_ERROR,
                                null))
                .map(test -> DynamicTest.dynamicTest(test.name, () -> {
                    upstream.next(test.behaviour);

                    HttpResponse<String> answer = gateway.post(CHAT, test.body);

                    CallFailure failure = gateway.failure();
                    assertThat(failure.error().kind()).isEqualTo(test.kind);
                    assertThat(failure.fault()).isEqualTo(test.fault);
                    assertThat(answer.statusCode()).isEqualTo(test.kind.status());
                    assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
                    assertThat(answer.body())
                            .contains("\"code\":\"" + test.kind.code() + "\"")
                            .doesNotContain("Secret")
                            .doesNotContain("<html>");
                    assertThat(gateway.record().attempts().getFirst().failure).isEqualTo(test.kind.code());
                }));
    }

    @Test
    void tells_the_facts_of_a_refusal_that_it_hands_on() {
        upstream.next(Behaviour.error(429, "requests", "Slow down.").header("x-ratelimit-reset-requests", "6m0s"));
        assertThat(gateway.post(CHAT, UNARY).statusCode()).isEqualTo(429);
        assertThat(gateway.reply().fault()).isEqualTo(new UpstreamFault(429, "requests", null, Duration.ofMinutes(6)));
        gateway.record();

        upstream.next(Behaviour.huge(2).status(400).uncompressed());
        assertThat(gateway.post(CHAT, UNARY).statusCode()).isEqualTo(400);
        assertThat(gateway.reply().fault()).isEqualTo(new UpstreamFault(400, null, null, null));
        gateway.record();

        upstream.next(Behaviour.chat("hello"));
        assertThat(gateway.post(CHAT, UNARY).statusCode()).isEqualTo(200);
        assertThat(gateway.reply().fault()).isNull();
        gateway.record();
    }

    @Test
    void hands_on_an_error_event_that_is_the_callers_fault() {
        String error = "data: {\"error\":{\"message\":\"No.\",\"type\":\"invalid_request_error\"}}\n\n";
        upstream.next(Behaviour.rawEvents(ROLE, error));
        HttpResponse<String> answer = gateway.post(CHAT, STREAM);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(ROLE + error);
        gateway.reply();
        assertThat(gateway.record().error).isNull();
    }

    @Test
    void breaks_off_a_document_that_turns_out_too_large() {
        upstream.next(
                Behaviour.raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + "x".repeat(18_000_000)));
        assertThatThrownBy(() -> gateway.post(CHAT, UNARY)).isInstanceOf(UncheckedIOException.class);
        gateway.reply();
        assertThat(gateway.record().errorMessage).contains("more than 16 MB");
    }

    @Test
    void ends_a_stream_that_turns_out_too_large_with_an_error_event() {
        upstream.next(Behaviour.stream(1_200, 60_000).uncompressed());
        assertThat(gateway.post(CHAT, STREAM).body().substring(63_000_000))
                .contains("\"code\":\"upstream_protocol_error\"")
                .endsWith("}}\n\n");
        gateway.reply();
        gateway.record();
    }

    @Test
    void bounds_the_connection_with_its_handshake() throws IOException {
        try (ServerSocket mute = new ServerSocket(0)) {
            gateway.use(
                    URI.create("https://127.0.0.1:" + mute.getLocalPort() + "/v1"),
                    null,
                    new Timeouts(
                            Duration.ofMillis(200),
                            Duration.ofSeconds(9),
                            Duration.ofSeconds(9),
                            Duration.ofSeconds(9),
                            null));
            HttpResponse<String> answer = gateway.post(CHAT, UNARY);
            assertThat(answer.statusCode()).isEqualTo(504);
            assertThat(answer.body()).contains("gave no connection in time (timeouts.connect 200ms).");
            gateway.failure();
            gateway.record();
        }
    }

    @Test
    void tells_a_tls_failure_from_every_other() {
        try (FakeUpstream tls = FakeUpstream.startTls()) {
            URI wrongCa = tls.baseUrl();
            URI plainPeer = URI.create(upstream.baseUrl().toString().replace("http:", "https:"));
            for (URI peer : List.of(wrongCa, plainPeer)) {
                gateway.use(peer, null, Timeouts.DEFAULT);
                HttpResponse<String> answer = gateway.post(CHAT, UNARY);
                assertThat(answer.statusCode()).isEqualTo(502);
                assertThat(answer.body())
                        .contains("\"code\":\"upstream_tls_error\"")
                        .contains("failed the TLS handshake");
                gateway.failure();
                gateway.record();
            }
        }
    }

    private static Timeouts timeouts(long firstByte, long firstToken, @Nullable Long total) {
        return new Timeouts(
                Duration.ofSeconds(2),
                Duration.ofMillis(firstByte),
                Duration.ofMillis(firstToken),
                Duration.ofMillis(200),
                total == null ? null : Duration.ofMillis(total));
    }
}
