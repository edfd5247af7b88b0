// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.CallFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BodyReaderIT {
    private static final int MAX = 1 << 20;

    private final BodyBudget budget = new BodyBudget(2L * MAX, Duration.ofHours(1));
    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private BodyReader.Limits limits = BodyReader.Limits.of(MAX);
    private Vertx vertx;
    private int port;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        HttpServer server = vertx.createHttpServer().requestHandler(this::answer);
        port = await(server.listen(0, "127.0.0.1")).actualPort();
    }

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** Answers with the body's length and hash, after a turn of the loop as an authentication would take. */
    private void answer(HttpServerRequest request) {
        request.pause();
        vertx.runOnContext(v -> BodyReader.read(request, budget, limits)
                .onSuccess(body -> {
                    String sum = body.bytes().length + " " + new String(body.bytes(), UTF_8).hashCode() + " "
                            + budget.used();
                    body.lease().release();
                    request.response().end(sum);
                })
                .onFailure(cause -> {
                    failures.add(cause);
                    if (cause instanceof CallFailure failure) {
                        request.response()
                                .setStatusCode(failure.error().kind().status())
                                .end(failure.error().message());
                    }
                }));
    }

    private String post(String headers, String body) throws IOException {
        try (RawClient client = new RawClient(port)) {
            return client.send("POST / HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + body)
                    .readAnswer();
        }
    }

    private static String sum(String body) {
        return "\r\n\r\n" + body.length() + " " + body.hashCode() + " " + body.length();
    }

    @Test
    void reads_a_body_of_known_length_into_an_exact_array() throws IOException {
        String body = "abcdefg".repeat(100_000);
        assertThat(post("Content-Length: " + body.length() + "\r\n", body)).endsWith(sum(body));
        assertThat(budget.used()).isZero();
    }

    @Test
    void reads_an_absent_and_an_empty_body() throws IOException {
        assertThat(post("", "")).endsWith(sum(""));
        assertThat(post("Content-Length: 0\r\n", "")).endsWith(sum(""));
    }

    @Test
    void reads_a_chunked_body_that_comes_in_pieces() throws IOException {
        String piece = "0123456789".repeat(1000);
        try (RawClient client = new RawClient(port)) {
            client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 50; i++) {
                client.chunk(piece);
            }
            assertThat(client.chunk("").readAnswer()).endsWith(sum(piece.repeat(50)));
        }
        assertThat(budget.used()).isZero();
    }

    @Test
    void refuses_a_declared_length_above_the_limit_before_it_reads() throws IOException {
        assertThat(post("Content-Length: 1048577\r\nExpect: 100-continue\r\n", ""))
                .startsWith("HTTP/1.1 413")
                .endsWith("larger than 1048576 bytes, the limit of this gateway (server.maxBody).");
    }

    @Test
    void refuses_a_chunked_body_at_the_limit() throws IOException {
        try (RawClient client = new RawClient(port)) {
            client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.chunk("x".repeat(MAX + 1));
            assertThat(client.readUntil("\r\n")).startsWith("HTTP/1.1 413");
        }
        assertThat(budget.used()).isZero();
    }

    @Test
    void invites_the_body_only_when_it_is_sure_to_be_taken() throws IOException {
        try (RawClient client = new RawClient(port)) {
            client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100 Continue");
            assertThat(client.send("abc").readAnswer()).endsWith(sum("abc"));
        }
    }

    @Test
    void waits_for_room_and_reads_nothing_meanwhile() throws Exception {
        BodyBudget.Lease held = await(budget.acquire(2L * MAX, vertx.getOrCreateContext()));
        String body = "x".repeat(200_000);
        try (RawClient client = new RawClient(port)) {
            client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length()
                    + "\r\nExpect: 100-continue\r\n\r\n");
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (budget.waiting() == 0 && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertThat(budget.waiting()).isEqualTo(1);
            held.release();
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100 Continue");
            assertThat(client.send(body).readAnswer()).endsWith(sum(body));
        }
    }

    @Test
    void gives_up_on_a_body_that_does_not_come() throws Exception {
        limits = new BodyReader.Limits(MAX, Duration.ofMillis(50), Duration.ZERO);
        assertThat(post("Content-Length: 10\r\n", "abc"))
                .startsWith("HTTP/1.1 408")
                .endsWith("did not arrive in time: 3 bytes came.");
        assertThat(budget.used()).isZero();
    }

    @Test
    void fails_and_gives_the_room_back_when_the_client_leaves() throws Exception {
        try (RawClient client = new RawClient(port)) {
            client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\nabc");
        }
        Throwable cause = failures.poll(10, TimeUnit.SECONDS);
        assertThat(cause).isNotNull().isNotInstanceOf(CallFailure.class);
        assertThat(budget.used()).isZero();
    }
}
