// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static dev.headgate.testkit.GatewayFixture.await;
import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.AllowList;
import dev.headgate.call.CallListener;
import dev.headgate.call.Endpoint;
import dev.headgate.call.GuardListener;
import dev.headgate.call.Principal;
import dev.headgate.call.Priority;
import dev.headgate.call.UnaryReply;
import dev.headgate.pipeline.Stage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An API server on one event loop that is kept late by work that is not its own. */
final class LoadSheddingIT {
    private static final long BUSY_NANOS = 100_000_000;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Context loop = vertx.getOrCreateContext();
    private final Queue<Priority> shed = new ConcurrentLinkedQueue<>();
    private volatile boolean late;
    private int port;

    @BeforeEach
    void start() {
        Stage.Next answer = call -> Future.succeededFuture(
                new UnaryReply(200, MultiMap.caseInsensitiveMultiMap(), Buffer.buffer("{}"), null, null));
        Live live = new Live(
                "r1",
                false,
                LoadSheddingIT::whoever,
                Map.of(Endpoint.Kind.METERED, answer, Endpoint.Kind.STATEFUL, answer, Endpoint.Kind.LOCAL, answer));
        ApiShared shared = new ApiShared(
                new ApiSettings(1 << 20, 1 << 20, 1 << 24, List.of(), true, address -> false, Times.DEFAULT),
                CallListener.all(List.of()),
                new GuardListener() {
                    @Override
                    public void shed(Priority priority) {
                        shed.add(priority);
                    }
                });
        Future<Integer> listening = Future.future(
                promise -> loop.runOnContext(v -> new ApiServer(vertx, shared, ServerDefaults.options(), live)
                        .listen("127.0.0.1", 0)
                        .onComplete(promise)));
        port = await(listening);
    }

    @AfterEach
    void stop() {
        late = false;
        await(vertx.close());
    }

    /** The key names the priority. */
    private static Live.Checked whoever(@Nullable String authorization, @Nullable String apiKey) {
        Priority priority = Priority.valueOf(
                String.valueOf(authorization).substring("Bearer ".length()).toUpperCase(Locale.ROOT));
        return new Live.Checked(new Principal("t", "k", Map.of(), AllowList.ALL, true, true, false, priority, 1), null);
    }

    /** Keeps every turn of the loop longer than it may be, without taking the processor. */
    private void keepLate() {
        late = true;
        loop.runOnContext(v -> busy());
    }

    private void busy() {
        if (late) {
            LockSupport.parkNanos(BUSY_NANOS);
            vertx.setTimer(1, id -> busy());
        }
    }

    private static String chat(String key) {
        String body = "{\"model\":\"chat\",\"messages\":[]}";
        return "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /** Many calls with this key in one write on one connection; returns the answers. */
    private List<String> calls(String key, int count) {
        try (RawClient client = new RawClient(port)) {
            client.send(chat(key).repeat(count));
            java.util.ArrayList<String> answers = new java.util.ArrayList<>();
            for (int i = 0; i < count; i++) {
                answers.add(client.readAnswer());
            }
            return answers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long refused(List<String> answers) {
        return answers.stream().filter(a -> a.startsWith("HTTP/1.1 503 ")).count();
    }

    @Test
    void sheds_nothing_while_the_loop_keeps_up() {
        for (int i = 0; i < 20; i++) {
            assertThat(refused(calls("low", 50))).isZero();
        }
        assertThat(shed).isEmpty();
    }

    @Test
    void refuses_low_calls_and_serves_critical_ones_while_the_loop_is_late() {
        keepLate();
        eventually("low calls are shed", () -> refused(calls("low", 60)) > 0);
        List<String> low = calls("low", 60);
        assertThat(refused(low)).isPositive();
        String refusal =
                low.stream().filter(a -> a.contains(" 503 ")).findFirst().orElseThrow();
        assertThat(refusal)
                .contains("\"type\":\"overloaded_error\"")
                .contains("\"code\":\"overloaded\"")
                .containsPattern("retry-after: [12]\r\n")
                .containsPattern("retry-after-ms: 1[0-4][0-9]{2}\r\n")
                .doesNotContain("connection: close");
        assertThat(refused(calls("critical", 2))).isZero();
        assertThat(shed).isNotEmpty().containsOnly(Priority.LOW);
    }

    @Test
    void answers_lists_of_models_however_late_the_loop_is() throws IOException {
        keepLate();
        eventually("low calls are shed", () -> refused(calls("low", 60)) > 0);
        try (RawClient client = new RawClient(port)) {
            for (int i = 0; i < 5; i++) {
                client.send("GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer low\r\n\r\n");
                assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    @Test
    void serves_everything_again_when_the_loop_keeps_up() {
        keepLate();
        eventually("low calls are shed", () -> refused(calls("low", 60)) > 0);
        late = false;
        eventually("low calls are served", () -> refused(calls("low", 200)) == 0);
    }
}
