// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayProcess;
import dev.headgate.testkit.RedisServer;
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
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Budgets of a gateway process that is killed with calls in flight, or whose disk is full. A call costs 1 million nano-dollars and 1,000 for each
 * token that it writes: what it may write at most is what it is estimated at, and it writes one.
 */
final class KilledGatewayIT {
    private static final String KEY = KeyFormat.create(new Random(5));
    private static final long SMALL = 1_001_000;
    private static final long LARGE = 2_000_000;
    private static final int SETTLED = 3;
    private static final int IN_FLIGHT = 2;
    private static final int LEFT = 4;
    private static final long BUDGET = (SETTLED + LEFT) * SMALL + IN_FLIGHT * LARGE;
    private static final String ALONE = "auth: keys\nstate: { store: local, dir: data }\n";
    private static final String SHARED =
            "auth: keys\nstate: { store: redis, url: env:REDIS_URL, timeout: 10s, dir: data }\n";

    @TempDir
    private Path dir;

    /** At noon: no window ends while the tests run. */
    private final ZoneOffset zone =
            ZoneOffset.ofHours(12 - LocalTime.now(ZoneOffset.UTC).getHour());

    private final HttpClient client = HttpClient.newHttpClient();
    private final FakeUpstream upstream = FakeUpstream.start().always(Behaviour.chat("ok"));

    @AfterEach
    void stop() {
        client.shutdownNow();
        upstream.close();
    }

    @Test
    void a_single_process_keeps_what_was_used_and_what_was_in_flight_at_its_estimate() throws Exception {
        String limits = "{ usdPerDay: %s }, { concurrency: %d }".formatted(usd(BUDGET), IN_FLIGHT);
        try (GatewayProcess before = start("alone", ALONE, limits, Map.of())) {
            before.awaitReady();
            useAndKill(before, dir.resolve("alone"));
        }
        try (GatewayProcess after = start("alone", ALONE, limits, Map.of())) {
            after.awaitReady();
            assertThat(served(after)).isEqualTo(LEFT);
            assertThat(post(after, 1).body()).contains("insufficient_quota");
        }
    }

    @Test
    void of_many_calls_no_more_is_lost_than_what_was_not_yet_on_the_disk() throws Exception {
        String limits = "{ requestsPerDay: 100k }";
        int asked;
        long onDisk;
        try (GatewayProcess before = start("alone", ALONE, limits, Map.of())) {
            before.awaitReady();
            CompletableFuture<Integer> all = CompletableFuture.supplyAsync(() -> callUntilItDies(before));
            eventually("many calls", () -> begun(dir.resolve("alone")) > 100);
            onDisk = begun(dir.resolve("alone"));
            before.kill();
            asked = all.join();
        }
        try (GatewayProcess after = start("alone", ALONE, limits, Map.of())) {
            after.awaitReady();
            String left = post(after, 1)
                    .headers()
                    .firstValue("x-ratelimit-remaining-requests")
                    .orElseThrow();
            assertThat(100_000 - Long.parseLong(left) - 1).isBetween(onDisk, (long) asked);
        }
    }

    @Test
    void with_redis_the_others_count_on_and_a_restart_ends_the_calls_that_were_cut() throws Exception {
        String limits = "{ usdPerDay: %s }, { concurrency: %d }".formatted(usd(BUDGET), IN_FLIGHT);
        try (RedisServer redis = RedisServer.start()) {
            Map<String, String> environment = Map.of("REDIS_URL", redis.url());
            String places = "hg:{acme}:tenant/concurrency";
            String used = "GET hg:{acme}:tenant/usdPerDay@" + LocalDate.now(zone);
            try (GatewayProcess dies = start("dies", SHARED, limits, environment);
                    GatewayProcess lives = start("lives", SHARED, limits, environment)) {
                dies.awaitReady();
                lives.awaitReady();
                useAndKill(dies, dir.resolve("dies"));

                assertThat(redis.command(used)).isEqualTo("" + (SETTLED * SMALL + IN_FLIGHT * LARGE));
                assertThat(post(lives, 1).body()).contains("concurrency_limit_exceeded");
                assertThat(redis.command("ZCOUNT " + places + " -inf " + inAMinute(redis)))
                        .as("leases that end within a minute")
                        .isEqualTo(":" + IN_FLIGHT);

                try (GatewayProcess again = start("dies", SHARED, limits, environment)) {
                    again.awaitReady();
                    eventually(
                            "the places are free",
                            () -> redis.command("ZCARD " + places).equals(":0"));
                    assertThat(served(again) + served(lives)).isEqualTo(LEFT);
                    assertThat(redis.command(used)).as("estimates stay").isEqualTo("" + BUDGET);
                }
            }
        }
    }

    /** The limit of a process's files stands for the disk: writing beyond it fails, as on a disk that is full. */
    @Test
    void a_full_disk_refuses_calls_with_budgets_and_keeps_those_that_it_took() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "only Linux can limit files of a running process");
        String limits = "{ usdPerDay: %s }".formatted(usd(BUDGET));
        try (GatewayProcess gateway = start("full", ALONE, limits, Map.of())) {
            gateway.awaitReady();
            Path folder = dir.resolve("full");
            assertThat(post(gateway, 1).statusCode()).isEqualTo(200);
            eventually("noted", () -> lines(folder, "c") == 1);
            upstream.next(Behaviour.chat("ok").after(Duration.ofMillis(300)));
            CompletableFuture<HttpResponse<String>> running = send(gateway, 1);
            upstream.awaitRequests(2);

            limitFiles(gateway, "" + Files.size(log(folder)));
            assertThat(running.get().statusCode()).isEqualTo(200);
            eventually("refused", () -> post(gateway, 1).statusCode() == 503);
            int asked = upstream.requests().size();
            assertThat(post(gateway, 1).body()).contains("store_unavailable");
            assertThat(upstream.requests()).as("no backend is asked").hasSize(asked);

            limitFiles(gateway, "unlimited");
            eventually("taken again", () -> post(gateway, 1).statusCode() == 200);
            int served = upstream.requests().size();
            eventually("all that were served are noted, and no other", () -> lines(folder, "b") == served);
            eventually("and settled", () -> lines(folder, "s") == served);
        }
    }

    private void useAndKill(GatewayProcess gateway, Path folder) throws InterruptedException {
        for (int i = 0; i < SETTLED; i++) {
            assertThat(post(gateway, 1).statusCode()).isEqualTo(200);
        }
        IntStream.range(0, IN_FLIGHT).forEach(i -> upstream.next(Behaviour.silence()));
        int before = upstream.requests().size();
        List<CompletableFuture<HttpResponse<String>>> running = IntStream.range(0, IN_FLIGHT)
                .mapToObj(i -> send(gateway, 1_000))
                .toList();
        upstream.awaitRequests(before + IN_FLIGHT);
        eventually("noted", () -> begun(folder) == SETTLED + IN_FLIGHT);
        gateway.kill();
        for (CompletableFuture<HttpResponse<String>> call : running) {
            assertThatThrownBy(call::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(IOException.class);
        }
    }

    private int callUntilItDies(GatewayProcess gateway) {
        int asked = 0;
        try {
            while (true) {
                asked++;
                send(gateway, 1).get();
            }
        } catch (ExecutionException itIsDead) {
            return asked;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private int served(GatewayProcess gateway) {
        int served = 0;
        while (post(gateway, 1).statusCode() == 200) {
            served++;
        }
        return served;
    }

    /** Calls that a journal says have begun. */
    private static long begun(Path folder) {
        return lines(folder, "b");
    }

    /** Whole lines of a kind in a journal. */
    private static long lines(Path folder, String kind) {
        try {
            return Files.readAllLines(log(folder)).stream()
                    .filter(line -> line.startsWith("[\"" + kind + "\"") && line.endsWith("]"))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path log(Path folder) {
        return folder.resolve("data/usage/usage.log");
    }

    private static void limitFiles(GatewayProcess gateway, String bytes) throws IOException, InterruptedException {
        Process set = new ProcessBuilder("prlimit", "--pid", "" + gateway.pid(), "--fsize=" + bytes + ":").start();
        assertThat(set.waitFor()).isZero();
    }

    /** By Redis' clock, in microseconds. */
    private static String inAMinute(RedisServer redis) {
        return redis.command("EVAL \"local t = redis.call('TIME') return (t[1] + 60) * 1000000 + t[2]\" 0")
                .substring(1);
    }

    private static String usd(long nanoDollars) {
        return java.math.BigDecimal.valueOf(nanoDollars, 9).toPlainString();
    }

    private HttpResponse<String> post(GatewayProcess to, int tokens) {
        return send(to, tokens).join();
    }

    private CompletableFuture<HttpResponse<String>> send(GatewayProcess to, int tokens) {
        String body = "{\"model\":\"chat\",\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"
                .formatted(tokens);
        return client.sendAsync(
                HttpRequest.newBuilder(URI.create(to.baseUrl() + "/chat/completions"))
                        .version(HttpClient.Version.HTTP_1_1)
                        .timeout(Duration.ofSeconds(20))
                        .header("authorization", "Bearer " + KEY)
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private GatewayProcess start(String folder, String settings, String limits, Map<String, String> environment) {
        String routes = """
                version: 1
                backends: { up: { baseUrl: "%s", auth: none } }
                models: { m: { backend: up, price: { input: 0, output: 1, perRequest: 0.001 } } }
                routes: { chat: { stable: m } }
                tenants:
                  acme: { timeZone: "%s", limits: [%s], keys: { web: { sha256: ["%s"] } } }
                """.formatted(upstream.baseUrl(), zone, limits, KeyFormat.digest(KEY));
        return GatewayProcess.start(dir.resolve(folder), settings, routes, environment);
    }
}
