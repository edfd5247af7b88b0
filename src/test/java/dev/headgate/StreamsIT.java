// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.http.Times;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.Behaviour.Cut;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RawSocket;
import dev.headgate.testkit.Received;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a stream's reader sees while nothing comes, too much comes, or it takes too long. */
final class StreamsIT {
    private static final Times TIMES = new Times(
            Duration.ofMillis(5),
            Duration.ofMillis(60),
            Duration.ofMillis(400),
            Duration.ofSeconds(60),
            Duration.ofMillis(200),
            Duration.ofSeconds(60));
    private static final String EARLY = "{\"model\":\"early\",\"stream\":true,\"messages\":[]}";
    private static final String TOKEN = "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n";
    private static final String STREAM = "{\"model\":\"chat\",\"stream\":true,\"messages\":[]}";
    private static FakeUpstream upstream;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        gateway = GatewayFixture.start(
                "auth: none\n",
                GatewayFixture.routesTo(upstream)
                        + "  early: { stable: m, earlyHead: 20ms, retry: { attempts: 1 } }\n"
                        + "  short: { stable: m, timeouts: { total: 200ms } }\n",
                TIMES);
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
    void sends_an_early_head_and_a_line_now_and_then_while_the_backend_thinks() throws IOException {
        upstream.next(Behaviour.stream("Hel", "lo").after(Duration.ofMillis(300)));
        try (var socket = RawSocket.open(gateway.port())) {
            socket.send(RawSocket.post("/chat/completions", EARLY));
            String answer = socket.readAnswer();

            assertThat(answer)
                    .startsWith("HTTP/1.1 200 ")
                    .contains("content-type: text/event-stream")
                    .contains(": x-headgate-backend: up\n")
                    .contains("data: [DONE]");
            String before = dechunked(answer).split("data: ", 2)[0];
            assertThat(before.split(": waiting\n", -1).length).isGreaterThan(2);
            assertThat(before).doesNotContain("\n\n");
        }
    }

    @Test
    void tells_a_failure_after_the_early_head_as_an_event() {
        upstream.next(Behaviour.error(500, "x", "Boom.").after(Duration.ofMillis(60)));
        assertThat(gateway.post("/chat/completions", EARLY).body())
                .contains("\"code\":\"upstream_failed\"")
                .contains("data: {\"error\"")
                .endsWith("}}\n\n");
        upstream.next(
                Behaviour.json(400, "{\n \"error\": {\n\"message\":\"No.\"}}").after(Duration.ofMillis(60)));
        assertThat(gateway.post("/chat/completions", EARLY).body())
                .endsWith("data: {  \"error\": { \"message\":\"No.\"}}\n\n");
        upstream.next(Behaviour.hangUp(Cut.RST).after(Duration.ofMillis(60)));
        assertThat(gateway.post("/chat/completions", EARLY).body()).contains("data: {\"error\"");
    }

    @Test
    void writes_keep_alives_between_events_only_and_after_silence_only() {
        upstream.next(Behaviour.stream("a", "b").every(Duration.ofMillis(250)));
        String silent = gateway.post("/chat/completions", STREAM).body();
        assertThat(silent.split(": keep-alive\n", -1).length).isGreaterThan(3);
        assertThat(silent).doesNotContain(": keep-alive\n\n");
        assertThat(silent.replace(": keep-alive\n", "")).doesNotContain("\n\n\n");
        silent.lines()
                .filter(line -> !line.isEmpty())
                .forEach(line -> assertThat(line).matches("data: (\\{.*}|\\[DONE])|: keep-alive"));

        upstream.next(Behaviour.stream(60, 200).every(Duration.ofMillis(5)));
        assertThat(gateway.post("/chat/completions", STREAM).body()).doesNotContain(": keep-alive");
    }

    @Test
    void writes_nothing_behind_the_terminal_event_of_a_backend_that_lingers() {
        upstream.next(Behaviour.rawEvents(TOKEN, "data: [DONE]\n\n", "\n").every(Duration.ofMillis(250)));
        assertThat(gateway.post("/chat/completions", STREAM).body())
                .startsWith(TOKEN)
                .endsWith("data: [DONE]\n\n\n");
    }

    @Test
    void writes_no_keep_alive_inside_an_event() {
        upstream.next(
                Behaviour.rawEvents("data: {\"choices\":[{\"delta\":{\"content\":\"a", "b\"}}]}\n\ndata: [DONE]\n\n")
                        .every(Duration.ofMillis(250)));
        assertThat(gateway.post("/chat/completions", STREAM).body().replace(": keep-alive\n", ""))
                .isEqualTo("data: {\"choices\":[{\"delta\":{\"content\":\"ab\"}}]}\n\ndata: [DONE]\n\n");
    }

    @Test
    void stops_the_backend_while_the_client_does_not_read_and_cuts_it_after_a_while() throws IOException {
        int before = upstream.requests().size();
        upstream.next(Behaviour.endless(64 * 1024));
        try (var socket = RawSocket.openNarrow(gateway.port())) {
            socket.send(RawSocket.post("/chat/completions", STREAM));

            upstream.awaitRequestClosed(before + 1);
            gateway.awaitIdle();
        }
        assertThat(upstream.requests().getLast().answer()).isEqualTo(Received.Answer.CLIENT_GONE);
        assertThat(gateway.metric("llm_requests_total")).isPositive();
    }

    @Test
    void cuts_a_client_that_does_not_read_a_large_document() throws IOException {
        upstream.next(Behaviour.huge(15).uncompressed());
        try (var socket = RawSocket.openNarrow(gateway.port())) {
            socket.send(RawSocket.post("/chat/completions", "{\"model\":\"chat\"}"));
            GatewayFixture.eventually("a running call", () -> gateway.metric("llm_requests_in_flight") == 1);
            gateway.awaitIdle();
        }
    }

    @Test
    void holds_every_call_to_its_deadline() {
        upstream.next(Behaviour.silence());
        HttpResponse<String> unary = gateway.post("/chat/completions", "{\"model\":\"short\"}");
        assertThat(unary.statusCode()).isEqualTo(504);
        assertThat(unary.body()).contains("\"code\":\"upstream_timeout\"").contains("timeouts.total");

        upstream.next(Behaviour.silence());
        HttpResponse<String> waiting = gateway.post("/chat/completions", "{\"model\":\"short\",\"stream\":true}");
        assertThat(waiting.statusCode()).isEqualTo(504);

        upstream.next(Behaviour.endless(200).every(Duration.ofMillis(5)));
        HttpResponse<String> stream = gateway.post("/chat/completions", "{\"model\":\"short\",\"stream\":true}");
        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.body())
                .contains("data: {\"error\":{\"message\":\"No answer was complete")
                .endsWith("}}\n\n")
                .doesNotContain("[DONE]");

        upstream.next(Behaviour.huge(2).uncompressed().stallAfterBytes(10_000));
        assertThat(gateway.post("/chat/completions", "{\"model\":\"short\"}").statusCode())
                .isEqualTo(504);
        gateway.awaitIdle();
        GatewayFixture.eventually("closed backends", () -> upstream.openRequests() == 0);
    }

    @Test
    void carries_two_hundred_streams_at_once() {
        upstream.always(Behaviour.stream(20, 200).every(Duration.ofMillis(10)));
        var all = IntStream.range(0, 200)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> gateway.post("/chat/completions", STREAM).body(),
                        task -> Thread.ofVirtual().start(task)))
                .toList();
        for (var one : all) {
            assertThat(one.join()).endsWith("data: [DONE]\n\n").doesNotContain("error");
        }
        upstream.always(Behaviour.openAi());
    }

    private static String dechunked(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4)
                .replaceAll("(?m)\\r\\n[0-9a-f]+\\r\\n|^[0-9a-f]+\\r\\n", "");
    }
}
