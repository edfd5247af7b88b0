// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.AllowList;
import dev.headgate.call.Backend;
import dev.headgate.call.CallFailure;
import dev.headgate.call.CallListener;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Endpoint;
import dev.headgate.call.GuardListener;
import dev.headgate.call.Guards;
import dev.headgate.call.Principal;
import dev.headgate.call.Priority;
import dev.headgate.call.Reply;
import dev.headgate.call.Target;
import dev.headgate.call.Timeouts;
import dev.headgate.http.ApiServer;
import dev.headgate.http.ApiSettings;
import dev.headgate.http.ApiShared;
import dev.headgate.http.Live;
import dev.headgate.http.Times;
import dev.headgate.pipeline.Stage;
import dev.headgate.testkit.GatewayFixture;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The API port in front of a chain that is nothing but an {@link Exchange} with one target, whose timeouts a test can choose. */
final class OneTarget implements AutoCloseable {
    private static final Times TIMES = new Times(
            Duration.ofMillis(5),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofMillis(200),
            Duration.ofSeconds(60));

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpClient client = HttpClient.newHttpClient();
    private final BlockingQueue<Object> outcomes = new LinkedBlockingQueue<>();
    private final BlockingQueue<CallRecord> records = new LinkedBlockingQueue<>();
    private final int port;
    private volatile Target target;

    OneTarget(URI baseUrl) {
        target = target(baseUrl, null, Timeouts.DEFAULT);
        Promise<Integer> listening = Promise.promise();
        // One context for the server, its ticker and its client, as a verticle gives them.
        vertx.runOnContext(start -> server().listen("127.0.0.1", 0).onComplete(listening));
        port = GatewayFixture.await(listening.future());
    }

    /** What the next calls go to. */
    void use(URI baseUrl, @Nullable String ca, Timeouts timeouts) {
        target = target(baseUrl, ca, timeouts);
    }

    int port() {
        return port;
    }

    HttpResponse<String> post(String path, String body) {
        try {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1" + path))
                            .header("content-type", "application/json")
                            .timeout(Duration.ofSeconds(20))
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** How the last try failed; the test fails if it did not. */
    CallFailure failure() {
        return (CallFailure) next(outcomes);
    }

    /** What the last try gave; the test fails if it gave nothing. */
    Reply reply() {
        return (Reply) next(outcomes);
    }

    /** The record of the last call that is over. */
    CallRecord record() {
        return next(records);
    }

    private static <T> T next(BlockingQueue<T> queue) {
        try {
            T found = queue.poll(10, TimeUnit.SECONDS);
            if (found == null) {
                throw new AssertionError("nothing came within 10 s");
            }
            return found;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private ApiServer server() {
        Exchange exchange = new Exchange(Map.of(Backend.Dialect.OPENAI, new HttpTransport(vertx)));
        Stage.Next chain = call -> exchange.proceed(call.withTarget(target)).onComplete(result -> {
            Object outcome = result.succeeded() ? result.result() : result.cause();
            outcomes.add(outcome);
        });
        ApiSettings settings = new ApiSettings(1 << 20, 1 << 20, 1 << 24, List.of(), true, address -> false, TIMES);
        Live live = new Live(
                "1",
                true,
                (authorization, key) -> new Live.Checked(anyone(), null),
                Map.of(Endpoint.Kind.METERED, chain, Endpoint.Kind.STATEFUL, chain));
        return new ApiServer(
                vertx, new ApiShared(settings, new Records(), GuardListener.NONE), new HttpServerOptions(), live);
    }

    private static Principal anyone() {
        return new Principal("t", "k", Map.of(), AllowList.ALL, true, true, true, Priority.DEFAULT, 1);
    }

    private static Target target(URI baseUrl, @Nullable String ca, Timeouts timeouts) {
        Backend backend = new Backend(
                "up",
                Backend.Dialect.OPENAI,
                baseUrl,
                new Backend.Auth.None(),
                List.of(),
                Map.of(),
                null,
                null,
                ca,
                null,
                true,
                Guards.DEFAULT,
                null);
        return new Target("m", backend, "vendor-model", Map.of(), Map.of(), true).withTimeouts(timeouts);
    }

    @Override
    public void close() {
        client.close();
        Future<Void> closed = vertx.close();
        GatewayFixture.await(closed);
    }

    private final class Records implements CallListener {
        @Override
        public void ended(CallRecord record) {
            records.add(record);
        }
    }
}
