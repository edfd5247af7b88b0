// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.attempts;
import static dev.headgate.testkit.GatewayFixture.backend;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.http.Times;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every timeout at every place where it may be written, before backends that stop where it begins to count. */
final class TimeoutsIT {
    private static final List<String> WORDS = List.of("connect", "firstByte", "firstToken", "idle", "total");
    private static final List<String> PLACES = List.of("defaults", "backend", "model", "route");
    private static final String TOKEN = "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n";
    private static final Times TIMES = new Times(
            Duration.ofMillis(10),
            Duration.ofSeconds(15),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofSeconds(60));
    private static ServerSocket mute;
    private static FakeUpstream silent;
    private static FakeUpstream wordless;
    private static FakeUpstream stuck;
    private static FakeUpstream good;

    @BeforeAll
    static void start() throws IOException {
        mute = new ServerSocket(0, 50);
        silent = FakeUpstream.start().always(Behaviour.silence());
        wordless = FakeUpstream.start()
                .always(Behaviour.rawEvents(": thinking\n\n").stallAfter(1));
        stuck = FakeUpstream.start().always(Behaviour.rawEvents(TOKEN).stallAfter(1));
        good = FakeUpstream.start();
    }

    @AfterAll
    static void stop() throws IOException {
        mute.close();
        silent.close();
        wordless.close();
        stuck.close();
        good.close();
    }

    /** A server that goes as far as the word's time begins, and no further. */
    private static String baseUrl(String word) {
        return switch (word) {
            case "connect" -> "https://127.0.0.1:" + mute.getLocalPort() + "/v1";
            case "firstToken" -> wordless.baseUrl().toString();
            case "idle" -> stuck.baseUrl().toString();
            default -> silent.baseUrl().toString();
        };
    }

    /** One word, written at this place with one number and at all wider ones with others. */
    private record Case(String word, String place, long millis) {
        String name() {
            return word + "-" + place;
        }

        /** The deadline of a call is another thing than the bound of a try, so they are not wider than one another. */
        boolean isTotalOfTry() {
            return word.equals("total") && (place.equals("backend") || place.equals("model"));
        }

        String words(String at, Map<String, Integer> numbers) {
            List<String> said = new ArrayList<>();
            boolean known = PLACES.indexOf(at) <= PLACES.indexOf(place);
            if (known && !(word.equals("total") && place.equals("route") && !at.equals("route"))) {
                said.add(word + ": " + numbers.get(at) + "ms");
            }
            if (at.equals("route")) {
                WORDS.stream()
                        .filter(other -> !other.equals(word) || isTotalOfTry())
                        .forEach(other -> said.add(other + ": 15s"));
            }
            return "timeouts: { " + String.join(", ", said) + " }";
        }
    }

    private static String yaml(List<Case> cases, Map<String, Integer> numbers) {
        String all = WORDS.stream()
                .map(word -> word + ": " + numbers.get("defaults") + "ms")
                .collect(Collectors.joining(", "));
        StringBuilder backends = new StringBuilder();
        StringBuilder models = new StringBuilder();
        StringBuilder routes = new StringBuilder();
        for (Case c : cases) {
            backends.append("  %s: { baseUrl: \"%s\", auth: none, %s }\n"
                    .formatted(c.name(), baseUrl(c.word), c.words("backend", numbers)));
            models.append("  %1$s: { backend: %1$s, %2$s }\n".formatted(c.name(), c.words("model", numbers)));
            routes.append("  %1$s: { stable: %1$s, %2$s }\n".formatted(c.name(), c.words("route", numbers)));
        }
        return "version: 1\ndefaults: { timeouts: { " + all + " }, retry: { attempts: 1 } }\nbackends:\n" + backends
                + "models:\n" + models + "routes:\n" + routes;
    }

    @TestFactory
    Stream<DynamicTest> the_narrowest_word_wins_where_it_is_the_shortest() {
        return narrowestWins(Map.of("defaults", 800, "backend", 600, "model", 400, "route", 200));
    }

    @TestFactory
    Stream<DynamicTest> the_narrowest_word_wins_where_it_is_the_longest() {
        return narrowestWins(Map.of("defaults", 200, "backend", 300, "model", 400, "route", 500));
    }

    /** All calls run at the same time, because each of them waits. */
    private static Stream<DynamicTest> narrowestWins(Map<String, Integer> numbers) {
        List<Case> cases = WORDS.stream()
                .flatMap(word ->
                        PLACES.stream().map(place -> new Case(word, place, requireNonNull(numbers.get(place)))))
                .toList();
        Map<Case, HttpResponse<String>> answers = new LinkedHashMap<>();
        try (GatewayFixture gateway = GatewayFixture.start("auth: none\n", yaml(cases, numbers), TIMES)) {
            Map<Case, CompletableFuture<HttpResponse<String>>> calls = new LinkedHashMap<>();
            for (Case c : cases) {
                calls.put(
                        c,
                        CompletableFuture.supplyAsync(
                                () -> gateway.chat(c.name(), !c.word.equals("total")),
                                task -> Thread.ofVirtual().start(task)));
            }
            calls.forEach((c, call) -> answers.put(c, call.join()));
            gateway.awaitIdle();
        }
        return answers.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey().name(),
                        () -> assertThat(entry.getValue().body())
                                .contains("\"code\":\"upstream_timeout\"")
                                .contains("(timeouts.%s %dms)".formatted(entry.getKey().word, entry.getKey().millis))));
    }

    @Test
    void an_answer_in_one_piece_is_bound_by_none_of_those_for_streams() {
        Behaviour late = Behaviour.openAi().after(Duration.ofMillis(300));
        try (GatewayFixture gateway = GatewayFixture.start("auth: none\n", """
                version: 1
                backends: { good: { baseUrl: "%s", auth: none } }
                models: { m: { backend: good } }
                routes:
                  firstByte: { stable: m, retry: { attempts: 1 }, timeouts: { firstByte: 30ms } }
                  firstToken: { stable: m, retry: { attempts: 1 }, timeouts: { firstToken: 30ms } }
                  idle: { stable: m, retry: { attempts: 1 }, timeouts: { idle: 30ms } }
                """.formatted(good.baseUrl()), TIMES)) {
            for (String word : List.of("firstByte", "firstToken")) {
                good.next(late).next(late);
                assertThat(gateway.chat(word).statusCode()).isEqualTo(200);
                assertThat(gateway.stream(word).statusCode()).isEqualTo(504);
            }
            good.next(late).next(Behaviour.stream("one", "two").every(Duration.ofMillis(300)));
            assertThat(gateway.chat("idle").statusCode()).isEqualTo(200);
            assertThat(gateway.stream("idle").body())
                    .contains("one", "timeouts.idle 30ms")
                    .doesNotContain("[DONE]");
            gateway.awaitIdle();
        }
    }

    @Test
    void a_try_that_takes_too_long_leaves_time_for_another_and_the_calls_deadline_leaves_none() {
        try (GatewayFixture gateway = GatewayFixture.start(
                "auth: none\n", """
                version: 1
                backends:
                  silent: { baseUrl: "%s", auth: none, breaker: { minimumCalls: 100 } }
                  mute: { baseUrl: "https://127.0.0.1:%d/v1", auth: none, timeouts: { connect: 150ms } }
                  good: { baseUrl: "%s", auth: none }
                models:
                  slow: { backend: silent }
                  bounded: { backend: silent, timeouts: { total: 150ms } }
                  mute: { backend: mute }
                  good: { backend: good }
                routes:
                  try: { stable: bounded, fallback: [good] }
                  connect: { stable: mute, fallback: [good] }
                  token: { stable: slow, fallback: [good], timeouts: { firstToken: 150ms } }
                  call: { stable: slow, fallback: [good], timeouts: { total: 150ms } }
                """.formatted(silent.baseUrl(), mute.getLocalPort(), good.baseUrl()), TIMES)) {
            for (String route : List.of("try", "connect", "token")) {
                HttpResponse<String> answer = gateway.stream(route);
                assertThat(answer.statusCode()).as(route).isEqualTo(200);
                assertThat(backend(answer)).isEqualTo("good");
                assertThat(attempts(answer)).isEqualTo(2);
            }
            HttpResponse<String> late = gateway.stream("call");
            assertThat(late.statusCode()).isEqualTo(504);
            assertThat(attempts(late)).isEqualTo(1);
            gateway.awaitIdle();
        }
    }
}
