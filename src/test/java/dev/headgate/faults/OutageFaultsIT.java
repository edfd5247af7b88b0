// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import static dev.headgate.faults.FaultTable.row;
import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.http.Times;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Backends that fail for many calls: what is learnt from the first of them, how the others fare, and how it ends. */
final class OutageFaultsIT {
    private static final Executor THREADS = task -> Thread.ofVirtual().start(task);
    private static final Behaviour FAILS = Behaviour.error(500, "server_error", "Boom.");

    /** A breaker that judges as the default does, and forgives sooner. */
    private static final String BREAKER = "breaker: { openFor: 400ms, rampUp: 100ms }";

    @TempDir
    private Path dir;

    private final FakeUpstream blue = FakeUpstream.start();
    private final FakeUpstream green = FakeUpstream.start();

    @AfterEach
    void stop() {
        blue.close();
        green.close();
    }

    @TestFactory
    Stream<DynamicTest> a_backend_that_fails_for_a_while() {
        var table = new FaultTable("outages", "fault", "promise", "counted");
        return table.tests(List.of(
                row(
                        "429 for one key of two",
                        "every call gets 200; the next key is used at once, and the first is not asked again while it is put aside",
                        "credentials parked: 1; fallbacks `next_key`: 1",
                        this::another_key),
                row(
                        "429 for the only key, with a fallback",
                        "every call gets 200 by the fallback; the limited backend is asked once",
                        "targets skipped, `cooling_down`: all but the first call",
                        this::another_target),
                row(
                        "429 everywhere",
                        "429 with the smallest `retry-after` of all targets; later calls get 429 `rate_limit_exceeded` and no backend is asked",
                        "call `upstream_rate_limited`",
                        this::no_other_target),
                row(
                        "500 for every call, with a fallback",
                        "every call gets 200 by the fallback; after 20 calls the breaker is open; a good probe closes it",
                        "breaker state 3, then 0; targets skipped, `breaker_open`",
                        this::breaker_opens_and_recovers),
                row(
                        "500 for every call and every probe",
                        "the breaker lets one call through at a time, and stays open",
                        "breaker state 3",
                        this::one_probe_at_a_time),
                row(
                        "500 for every call, without a fallback",
                        "502 `upstream_failed`; with the breaker open one try marked `x-headgate-last-resort`; retries stay within 10 %, and 3 a second",
                        "retries refused",
                        this::nobody_else),
                row(
                        "every slot of a backend is taken (`maxConcurrent`)",
                        "200 by the fallback; without one 503 `overloaded` after `maxWait`, with `retry-after`",
                        "targets skipped, `bulkhead_full`; call `policy_overloaded`",
                        this::bulkhead_full)));
    }

    private FaultGateway gateway(String wordsOfBlue, String wordsOfGreen, String routes) {
        blue.always(Behaviour.openAi());
        return new FaultGateway(
                """
                version: 1
                defaults: { timeouts: { total: 900ms } }
                backends:
                  blue: { baseUrl: "%s", %s }
                  green: { baseUrl: "%s", %s }
                models:
                  blue: { backend: blue }
                  green: { backend: green }
                  neighbour: { backend: green }
                routes:
                  neighbour: { stable: neighbour }
                """.formatted(blue.baseUrl(), wordsOfBlue, green.baseUrl(), wordsOfGreen) + routes, Times.DEFAULT);
    }

    private String keys(String... secrets) throws IOException {
        List<String> files = new ArrayList<>();
        for (String secret : secrets) {
            files.add("\"file:%s\"".formatted(Files.writeString(dir.resolve(secret), secret)));
        }
        return "apiKeys: " + files;
    }

    /** So many calls, one after the other. */
    private static List<Answer> calls(FaultGateway gateway, String route, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> gateway.call(FaultGateway.ACME, FaultGateway.body(route, i % 2 == 1)))
                .toList();
    }

    private void assertNothingLeft(FaultGateway gateway) {
        gateway.assertNothingLeft(List.of("blue", "green"));
        blue.awaitRequestClosed(blue.requests().size());
        green.awaitRequestClosed(green.requests().size());
    }

    private void another_key() throws IOException {
        try (var gateway = gateway(keys("key-one", "key-two"), "auth: none", "  chat: { stable: blue }\n")) {
            int asked = blue.requests().size();
            blue.next(Behaviour.rateLimited(60));
            Counts before = gateway.counts();
            List<Answer> answers = calls(gateway, "chat", 10);
            assertThat(answers).extracting(Answer::words).containsOnly("200");
            assertThat(answers.getFirst().header("x-headgate-attempts")).isEqualTo("2");
            assertThat(answers.subList(1, 10))
                    .extracting(a -> a.header("x-headgate-attempts"))
                    .containsOnly("1");
            assertThat(blue.requests().stream().skip(asked).map(r -> r.headers().get("authorization")))
                    .hasSize(11)
                    .startsWith("Bearer key-one", "Bearer key-two")
                    .filteredOn("Bearer key-one"::equals)
                    .hasSize(1);
            assertNothingLeft(gateway);
            Counts after = gateway.counts();
            assertThat(after.since(before, "headgate_fallbacks_total", "", "reason"))
                    .isEqualTo(Map.of("next_key", 1));
            assertThat(after.since(before, "headgate_credentials_parked_total", "", "backend", "key", "status"))
                    .isEqualTo(Map.of("blue 0 429", 1));
            assertThat(after.since(before, "llm_requests_total", "", "status", "error"))
                    .isEqualTo(Map.of("2xx none", 10));
            assertThat(gateway.log.text()).doesNotContain("key-one", "key-two");
        }
    }

    private void another_target() throws IOException {
        try (var gateway = gateway(keys("key-one"), "auth: none", "  chat: { stable: blue, fallback: [green] }\n")) {
            blue.always(Behaviour.rateLimited(60));
            int asked = blue.requests().size();
            Counts before = gateway.counts();
            assertThat(calls(gateway, "chat", 10)).extracting(Answer::words).containsOnly("200");
            assertThat(blue.requests()).hasSize(asked + 1);
            new Neighbour(gateway)
                    .assertUnmoved(4, () -> gateway.calling("neighbour", false), () -> gateway.calling("chat", false));
            assertNothingLeft(gateway);
            Counts after = gateway.counts();
            assertThat(after.since(before, "llm_upstream_attempts_total", "backend=\"blue\"", "outcome"))
                    .isEqualTo(Map.of("4xx", 1));
            assertThat(after.since(before, "headgate_targets_skipped_total", "", "backend", "reason"))
                    .hasSize(1)
                    .hasEntrySatisfying("blue cooling_down", n -> assertThat(n).isGreaterThanOrEqualTo(9));
        }
    }

    private void no_other_target() throws IOException {
        try (var gateway = gateway(keys("key-one"), keys("key-two"), "  chat: { stable: blue, fallback: [green] }\n")) {
            blue.always(Behaviour.rateLimited(90));
            green.next(Behaviour.rateLimited(30));
            int asked = blue.requests().size() + green.requests().size();
            Answer first = gateway.call(FaultGateway.ACME, FaultGateway.body("chat", false));
            assertThat(first.words()).isEqualTo("429 `requests`");
            assertThat(first.header("retry-after")).isEqualTo("30");
            Counts before = gateway.counts();
            for (boolean stream : List.of(false, true)) {
                Answer later = gateway.call(FaultGateway.ACME, FaultGateway.body("chat", stream));
                assertThat(later.words()).isEqualTo("429 `rate_limit_exceeded`");
                assertThat(Integer.parseInt(later.header("retry-after"))).isBetween(10, 30);
            }
            assertThat(blue.requests().size() + green.requests().size()).isEqualTo(asked + 2);
            assertNothingLeft(gateway);
            assertThat(gateway.counts().since(before, "llm_requests_total", "", "status", "error"))
                    .isEqualTo(Map.of("4xx upstream_rate_limited", 2));
            assertThat(gateway.log.linesOf("acme").getLast()).containsEntry("error", "upstream_rate_limited");
        }
    }

    private void breaker_opens_and_recovers() throws IOException {
        try (var gateway =
                gateway("auth: none, " + BREAKER, "auth: none", "  chat: { stable: blue, fallback: [green] }\n")) {
            blue.always(FAILS);
            int asked = blue.requests().size();
            assertThat(calls(gateway, "chat", 20)).extracting(Answer::words).containsOnly("200");
            assertThat(blue.requests()).hasSize(asked + 20);
            assertThat(gateway.fixture.metric("headgate_breaker_state", "blue")).isEqualTo(3);
            Counts before = gateway.counts();
            new Neighbour(gateway)
                    .assertUnmoved(4, () -> gateway.calling("neighbour", false), () -> gateway.calling("chat", false));
            assertThat(gateway.counts().since(before, "headgate_targets_skipped_total", "", "backend", "reason"))
                    .containsKey("blue breaker_open");
            blue.always(Behaviour.openAi());
            eventually("a closed breaker", () -> {
                assertThat(calls(gateway, "chat", 4)).extracting(Answer::words).containsOnly("200");
                return gateway.fixture.metric("headgate_breaker_state", "blue") == 0;
            });
            assertThat(calls(gateway, "chat", 4))
                    .extracting(a -> a.header("x-headgate-backend"))
                    .containsOnly("blue");
            assertNothingLeft(gateway);
        }
    }

    private void one_probe_at_a_time() throws IOException {
        try (var gateway =
                gateway("auth: none, " + BREAKER, "auth: none", "  chat: { stable: blue, fallback: [green] }\n")) {
            blue.always(FAILS);
            calls(gateway, "chat", 20);
            int asked = blue.requests().size();
            eventually("a probe", () -> {
                int before = blue.requests().size();
                var batch = IntStream.range(0, 10)
                        .mapToObj(i -> CompletableFuture.supplyAsync(() -> calls(gateway, "chat", 1), THREADS))
                        .toList();
                batch.forEach(CompletableFuture::join);
                assertThat(blue.requests().size() - before)
                        .as("probes among ten calls at once")
                        .isLessThanOrEqualTo(1);
                return blue.requests().size() > asked + 1;
            });
            assertThat(gateway.fixture.metric("headgate_breaker_state", "blue")).isEqualTo(3);
            assertNothingLeft(gateway);
        }
    }

    private void nobody_else() throws IOException {
        try (var gateway = gateway(
                "auth: none, breaker: { minimumCalls: 60 }",
                "auth: none",
                "  chat: { stable: blue, retry: { backoff: 1ms..2ms } }\n")) {
            blue.always(FAILS);
            int asked = blue.requests().size();
            long began = System.nanoTime();
            List<Answer> answers = calls(gateway, "chat", 100);
            long seconds = 1 + (System.nanoTime() - began) / 1_000_000_000;
            assertThat(answers).extracting(Answer::words).containsOnly("502 `upstream_failed`");
            assertThat(answers.getFirst().header("x-headgate-last-resort")).isEmpty();
            assertThat(answers.getLast().header("x-headgate-last-resort")).isEqualTo("true");
            assertThat(blue.requests().size() - asked).isBetween(100, (int) (110 + 3 * seconds));
            assertThat(gateway.fixture.metric("headgate_retries_refused_total", "blue"))
                    .isPositive();
            assertNothingLeft(gateway);
        }
    }

    private void bulkhead_full() throws IOException {
        String bound = "auth: none, maxConcurrent: 1, maxWait: 50ms";
        String routes = "  alone: { stable: blue }\n  rescued: { stable: blue, fallback: [green] }\n";
        try (var gateway = gateway(bound, "auth: none", routes)) {
            int asked = blue.requests().size();
            blue.next(Behaviour.silence());
            var holder = CompletableFuture.supplyAsync(
                    () -> calls(gateway, "alone", 1).getFirst(), THREADS);
            blue.awaitRequests(asked + 1);
            Counts before = gateway.counts();
            Answer refused = calls(gateway, "alone", 1).getFirst();
            Answer rescued = calls(gateway, "rescued", 1).getFirst();
            assertThat(refused.words()).isEqualTo("503 `overloaded`");
            assertThat(refused.header("retry-after")).isEqualTo("1");
            assertThat(rescued.words()).isEqualTo("200");
            assertThat(rescued.header("x-headgate-backend")).isEqualTo("green");
            assertThat(holder.join().words()).isEqualTo("504 `upstream_timeout`");
            assertNothingLeft(gateway);
            Counts after = gateway.counts();
            assertThat(after.since(before, "headgate_targets_skipped_total", "", "backend", "reason"))
                    .containsKey("blue bulkhead_full");
            assertThat(after.since(before, "llm_requests_total", "", "status", "error"))
                    .isEqualTo(Map.of("5xx policy_overloaded", 1, "2xx none", 1, "5xx upstream_timeout", 1));
            assertThat(gateway.fixture.metric("headgate_bulkhead_in_use", "blue"))
                    .isZero();
        }
    }
}
