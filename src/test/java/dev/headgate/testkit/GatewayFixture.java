// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.Gateway;
import dev.headgate.auth.KeyFormat;
import dev.headgate.config.ConfigLoader;
import dev.headgate.config.ConfigSources;
import dev.headgate.config.ConfigWatcher;
import dev.headgate.config.LoadResult;
import dev.headgate.config.ProblemPrinter;
import dev.headgate.http.Times;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A real gateway on free ports, from YAML, for tests: {@code try (var gateway = GatewayFixture.start(routes)) …}. Closing it fails
 * the test if an event-loop turn took more than 100 ms of CPU, or if a call was left running.
 */
public final class GatewayFixture implements AutoCloseable {
    private final Gateway gateway;
    private final Path dir;
    private final HttpClient client = HttpClient.newHttpClient();
    private final LoopWatch watch = new LoopWatch();

    private GatewayFixture(Gateway gateway, Path dir) {
        this.gateway = gateway;
        this.dir = dir;
    }

    /** Without keys, on loopback, with the given {@code routes.yaml}. */
    public static GatewayFixture start(String routes) {
        return start("auth: none\n", routes);
    }

    /**
     * With more words for the static file; ports, address and state folder are the fixture's.
     *
     * @param settings lines of {@code conf/headgate.yaml}, for example {@code "auth: keys\n"}
     */
    public static GatewayFixture start(String settings, String routes) {
        return start(settings, routes, Map.of());
    }

    public static GatewayFixture start(String settings, String routes, Map<String, String> environment) {
        try {
            return start(Files.createTempDirectory("headgate-test"), settings, routes, environment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With other times than those that run, so that no test has to wait for long. */
    public static GatewayFixture start(String settings, String routes, Times times) {
        try {
            return start(Files.createTempDirectory("headgate-test"), settings, routes, Map.of(), times);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In a folder that outlives the gateway, to start a second one on the same state. */
    public static GatewayFixture start(Path dir, String settings, String routes, Map<String, String> environment) {
        return start(dir, settings, routes, environment, Times.DEFAULT);
    }

    private static GatewayFixture start(
            Path dir, String settings, String routes, Map<String, String> environment, Times times) {
        try {
            Path conf = Files.createDirectories(dir.resolve("conf"));
            Files.writeString(dir.resolve("routes.yaml"), routes);
            Path file = Files.writeString(
                    conf.resolve("headgate.yaml"),
                    settings
                            + (settings.contains("listen:") ? "" : "listen: { host: 127.0.0.1, port: 0 }\n")
                            + "admin: { host: 127.0.0.1, port: 0, token: env:TEST_ADMIN_TOKEN }\n"
                            + "files: [routes.yaml]\n"
                            + (settings.contains("state:") ? "" : "state: { store: local, dir: data }\n"));
            Map<String, String> all = new LinkedHashMap<>(environment);
            all.put("TEST_ADMIN_TOKEN", "test-admin-token");
            ConfigSources sources = new ConfigSources(file, List.of(), all);
            LoadResult result = ConfigLoader.load(sources);
            if (result instanceof LoadResult.Refused(var problems)) {
                throw new IllegalArgumentException(ProblemPrinter.text(problems));
            }
            LoadResult.Loaded loaded = (LoadResult.Loaded) result;
            Gateway gateway = await(Gateway.start(loaded, 2, Duration.ofSeconds(10), times));
            await(ConfigWatcher.start(gateway.vertx(), sources, loaded, gateway));
            return new GatewayFixture(gateway, dir);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A backend, a model and a route {@code chat} for one upstream, and the pattern {@code up/*} that goes there too. */
    public static String routesTo(FakeUpstream upstream) {
        return """
                version: 1
                backends:
                  up: { baseUrl: "%s", auth: none }
                models:
                  m: { backend: up, id: vendor-model }
                routes:
                  chat: { stable: m }
                  "up/*": { backend: up }
                """.formatted(upstream.baseUrl());
    }

    /** A tenant with one key, to be appended to routes. */
    public static String tenant(String name, String key, String more) {
        return """
                  %s:
                    %s
                    keys: { web: { sha256: ["%s"] } }
                """.formatted(name, more, KeyFormat.digest(key));
    }

    public Gateway gateway() {
        return gateway;
    }

    public Path routesFile() {
        return dir.resolve("routes.yaml");
    }

    public int port() {
        return gateway.port();
    }

    public int adminPort() {
        return gateway.adminPort();
    }

    /** {@code http://127.0.0.1:PORT/v1}, what a client is given. */
    public String baseUrl() {
        return "http://127.0.0.1:" + port() + "/v1";
    }

    /** A request below {@code /v1}. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(baseUrl() + path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(20));
    }

    public HttpResponse<String> post(String path, String body) {
        return send(request(path)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    /** A small chat call that is answered in one piece. */
    public HttpResponse<String> chat(String model) {
        return chat(model, false);
    }

    /** A small chat call that is answered with a stream. */
    public HttpResponse<String> stream(String model) {
        return chat(model, true);
    }

    public HttpResponse<String> chat(String model, boolean stream) {
        return post("/chat/completions", chatBody(model, stream));
    }

    public static String chatBody(String model, boolean stream) {
        return "{\"model\":\"" + model + "\"," + (stream ? "\"stream\":true," : "")
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    }

    /** How many tries an answer says that it took; 0 if it does not say. */
    public static int attempts(HttpResponse<?> answer) {
        return Integer.parseInt(header(answer, "x-headgate-attempts", "0"));
    }

    /** The backend that gave an answer, by the answer's word; empty if it does not say. */
    public static String backend(HttpResponse<?> answer) {
        return header(answer, "x-headgate-backend", "");
    }

    public static String header(HttpResponse<?> answer, String name, String otherwise) {
        return answer.headers().firstValue(name).orElse(otherwise);
    }

    /** Many chat calls, of which so many run at once; their answers in no order. */
    public List<HttpResponse<String>> chats(String model, boolean stream, int count, int atOnce) {
        try (ExecutorService threads = Executors.newFixedThreadPool(atOnce)) {
            List<Callable<HttpResponse<String>>> calls = Collections.nCopies(count, () -> chat(model, stream));
            return threads.invokeAll(calls).stream()
                    .map(java.util.concurrent.Future::resultNow)
                    .toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public HttpResponse<String> get(String path) {
        return send(request(path).GET().build());
    }

    public HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A request to the management port, with the token. */
    public HttpResponse<String> admin(String path) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort() + path))
                .header("authorization", "Bearer test-admin-token")
                .build());
    }

    /** What {@code /metrics} shows. */
    public String metrics() {
        return admin("/metrics").body();
    }

    /** Asks again until the answer is what is wanted, at most 10 s. */
    public static void eventually(String what, BooleanSupplier wanted) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!wanted.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what + " within 10 s").isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** The sum of a metric's series whose labels hold all of these, for example {@code model="m"}; 0 if there is none. */
    public double metric(String name, String... labels) {
        return metrics()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> List.of(labels).stream().allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Waits until no call is running; fails after ten seconds. */
    public void awaitIdle() {
        eventually("no running calls", () -> metric("llm_requests_in_flight") == 0);
    }

    @Override
    public void close() {
        watch.close();
        await(gateway.close());
        client.close();
        assertThat(watch.slowTurns()).as("event-loop turns over 100 ms").isEmpty();
    }

    /** Waits for a future of the gateway, at most 20 s. */
    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
