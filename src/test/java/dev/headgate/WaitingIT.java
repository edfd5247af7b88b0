// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static dev.headgate.testkit.GatewayFixture.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RawSocket;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls that wait for a limit, through a whole gateway. */
final class WaitingIT {
    private static final String KEY = KeyFormat.create(new Random(7));
    private static final String POSITION = "x-headgate-queue-position";
    private static final String ONE_AT_ONCE = "limits: [{ concurrency: 1 }]\n    whenLimited: { wait: 60s }";

    private final FakeUpstream upstream = FakeUpstream.start();
    private final List<RawSocket> sockets = new ArrayList<>();
    private @Nullable GatewayFixture gateway;

    @AfterEach
    void stop() throws IOException {
        for (RawSocket socket : sockets) {
            socket.close();
        }
        if (gateway != null) {
            gateway.close();
        }
        upstream.close();
    }

    @Test
    void a_call_that_finds_no_room_waits_until_there_is_some() {
        GatewayFixture to =
                start("limits: [{ requestsPerMinute: { limit: 30, burst: 1 } }]" + "\n    whenLimited: { wait: 10s }");

        List<CompletableFuture<HttpResponse<String>>> calls = Stream.of("a", "b")
                .map(text -> CompletableFuture.supplyAsync(() -> post(to, text)))
                .toList();

        assertThat(calls).extracting(call -> call.join().statusCode()).containsOnly(200);
        List<HttpResponse<String>> waited = calls.stream()
                .map(CompletableFuture::join)
                .filter(answer -> answer.headers().firstValue(POSITION).isPresent())
                .toList();
        assertThat(waited).hasSize(1);
        assertThat(header(waited.getFirst(), POSITION, "")).isEqualTo("1");
        assertThat(Long.parseLong(header(waited.getFirst(), "x-headgate-queue-wait-ms", "0")))
                .isPositive();
        assertThat(to.metric("headgate_quota_waits_total", "tenant=\"acme\"", "outcome=\"passed\""))
                .isEqualTo(1);
        assertThat(to.metric("headgate_quota_refused_total")).isZero();
    }

    @Test
    void a_line_moves_in_the_order_of_arrival_as_running_calls_end() throws IOException {
        GatewayFixture to = start(ONE_AT_ONCE);
        RawSocket running = hold(to);
        List<CompletableFuture<HttpResponse<String>>> line = new ArrayList<>();
        for (String text : List.of("first", "second", "third")) {
            line.add(CompletableFuture.supplyAsync(() -> post(to, text)));
            awaitWaiting(to, line.size());
        }

        running.close();

        assertThat(line).extracting(call -> call.join().statusCode()).containsOnly(200);
        assertThat(line).extracting(call -> header(call.join(), POSITION, "")).containsExactly("1", "2", "3");
        assertThat(upstream.requests().stream()
                        .skip(1)
                        .map(request -> request.json().path("user").asText()))
                .containsExactly("first", "second", "third");
    }

    @Test
    void who_disconnects_leaves_the_line_and_takes_nothing() throws IOException {
        GatewayFixture to = start(ONE_AT_ONCE);
        RawSocket running = hold(to);
        RawSocket leaving = open(to);
        leaving.send(text("leaves", false));
        awaitWaiting(to, 1);

        leaving.close();

        awaitWaiting(to, 0);
        eventually("the end of the wait is counted", () -> waits(to, "left") == 1);
        running.close();
        assertThat(post(to, "next").statusCode()).isEqualTo(200);
        assertThat(upstream.requests()).as("who ran, and who came last").hasSize(2);
    }

    @Test
    void a_wait_that_is_over_ends_with_the_refusal() throws IOException {
        GatewayFixture to = start("limits: [{ concurrency: 1 }]\n    whenLimited: { wait: 200ms }");
        hold(to);

        HttpResponse<String> refusal = post(to, "late");

        assertThat(refusal.statusCode()).isEqualTo(429);
        assertThat(refusal.body()).contains("concurrency_limit_exceeded");
        assertThat(header(refusal, "x-headgate-limit", "")).isEqualTo("tenant/acme/concurrency");
        assertThat(header(refusal, "retry-after", "")).isNotEmpty();
        assertThat(header(refusal, POSITION, "")).isEqualTo("1");
        assertThat(waits(to, "refused")).isEqualTo(1);
        assertThat(upstream.requests()).hasSize(1);
    }

    @Test
    void a_spent_budget_is_refused_at_once() {
        upstream.always(Behaviour.chat("Hi"));
        GatewayFixture to = start("limits: [{ usdPerMonth: 0.0002 }]\n    whenLimited: { wait: 60s }");
        HttpResponse<String> answer = post(to, "spends");
        while (answer.statusCode() == 200) {
            answer = post(to, "spends");
        }

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).contains("insufficient_quota");
        assertThat(answer.headers().firstValue(POSITION)).isEmpty();
    }

    @Test
    void a_stream_whose_head_is_out_tells_of_its_wait_in_comments() throws IOException {
        GatewayFixture to = start(ONE_AT_ONCE);
        RawSocket running = hold(to);
        RawSocket waiting = open(to);
        waiting.send(text("waits", true));
        assertThat(waiting.readUntil(": waiting\n")).contains("HTTP/1.1 200").doesNotContain(POSITION);
        upstream.next(Behaviour.stream("Hello"));

        running.close();

        assertThat(waiting.readUntil("data: [DONE]")).contains(": " + POSITION + ": 1\n");
    }

    @Test
    void a_deadline_ends_the_wait_too() throws IOException {
        GatewayFixture to = start(ONE_AT_ONCE, "timeouts: { total: 500ms }");
        hold(to);

        HttpResponse<String> answer = post(to, "late");

        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(waits(to, "left")).isEqualTo(1);
    }

    @Test
    void who_waits_while_the_gateway_ends_is_told_so() throws IOException {
        GatewayFixture to = start(ONE_AT_ONCE);
        hold(to);
        CompletableFuture<HttpResponse<String>> waiting = CompletableFuture.supplyAsync(() -> post(to, "waits"));
        awaitWaiting(to, 1);

        GatewayFixture.await(to.gateway().drain());

        assertThat(waiting.join().statusCode()).isEqualTo(503);
        assertThat(waiting.join().body()).contains("draining");
        assertThat(upstream.requests()).hasSize(1);
    }

    private GatewayFixture start(String tenant) {
        return start(tenant, "earlyHead: 200ms");
    }

    private GatewayFixture start(String tenant, String route) {
        GatewayFixture made = GatewayFixture.start(
                "auth: keys\nserver: { drain: { delay: 0s, grace: 300ms } }\n",
                """
                version: 1
                backends:
                  up: { baseUrl: "%s", auth: none }
                models:
                  m: { backend: up, price: { input: 1, output: 9 } }
                routes:
                  chat: { stable: m, %s }
                  held: { stable: m }
                tenants:
                """.formatted(upstream.baseUrl(), route) + GatewayFixture.tenant("acme", KEY, tenant));
        gateway = made;
        return made;
    }

    /** A stream that runs until it is closed. */
    private RawSocket hold(GatewayFixture to) throws IOException {
        upstream.next(Behaviour.endless(100).every(Duration.ofMillis(20)));
        RawSocket socket = open(to);
        socket.send(text("held", "runs", true));
        socket.readUntil("data: ");
        return socket;
    }

    private RawSocket open(GatewayFixture to) throws IOException {
        RawSocket socket = RawSocket.open(to.port());
        sockets.add(socket);
        return socket;
    }

    private static String text(String user, boolean stream) {
        return text("chat", user, stream);
    }

    private static String text(String route, String user, boolean stream) {
        return RawSocket.post("/chat/completions", body(route, user, stream))
                .replace("Content-Type", "Authorization: Bearer " + KEY + "\r\nContent-Type");
    }

    private static String body(String route, String user, boolean stream) {
        return "{\"model\":\"%s\",\"user\":\"%s\",\"stream\":%s,\"max_tokens\":10,\"messages\":[]}"
                .formatted(route, user, stream);
    }

    private static HttpResponse<String> post(GatewayFixture to, String user) {
        return to.send(to.request("/chat/completions")
                .header("authorization", "Bearer " + KEY)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body("chat", user, false)))
                .build());
    }

    private static void awaitWaiting(GatewayFixture to, int calls) {
        eventually(calls + " calls that wait", () -> to.metric("headgate_quota_waiting") == calls);
    }

    private static double waits(GatewayFixture to, String outcome) {
        return to.metric("headgate_quota_waits_total", "outcome=\"" + outcome + "\"");
    }
}
