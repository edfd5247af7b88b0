// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.backend;
import static dev.headgate.testkit.GatewayFixture.eventually;
import static dev.headgate.testkit.GatewayFixture.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Breakers as their words say, each word once one way and once the other. Every breaker belongs to a backend of its own, but all
 * backends but the spare one are the same server.
 */
final class BreakerIT {
    private static final Behaviour GOOD = Behaviour.openAi();
    private static final Behaviour BAD = Behaviour.error(500, "x", "Boom.");
    private static final Duration LONG = Duration.ofMillis(450);
    private static final int OPEN = 3;
    private static final int HALF_OPEN = 2;
    private static final int RAMP_UP = 1;
    private static final int CLOSED = 0;
    private static FakeUpstream upstream;
    private static FakeUpstream spare;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        spare = FakeUpstream.start();
        Map<String, String> breakers = new TreeMap<>(Map.ofEntries(
                Map.entry("half", "minimumCalls: 4, failureRatio: 50%"),
                Map.entry("all", "minimumCalls: 4, failureRatio: 100%"),
                Map.entry("four", "minimumCalls: 4"),
                Map.entry("five", "minimumCalls: 5"),
                Map.entry("hasty", "minimumCalls: 2, slowerThan: 300ms"),
                Map.entry("calm", "minimumCalls: 2, slowerThan: 30s"),
                Map.entry("somewhat", "minimumCalls: 4, slowerThan: 300ms, slowRatio: 50%"),
                Map.entry("entirely", "minimumCalls: 4, slowerThan: 300ms, slowRatio: 100%"),
                Map.entry("forgetful", "minimumCalls: 4, window: 1s"),
                Map.entry("mindful", "minimumCalls: 4, window: 30s"),
                Map.entry("brief", "minimumCalls: 2, openFor: 50ms, rampUp: 0s"),
                Map.entry("lasting", "minimumCalls: 2, openFor: 24h"),
                Map.entry("ramp", "minimumCalls: 8, openFor: 50ms, rampUp: 24h"),
                Map.entry("probed", "minimumCalls: 2, openFor: 50ms, rampUp: 24h"),
                Map.entry("lost", "minimumCalls: 2, openFor: 24h"),
                Map.entry("faultless", "minimumCalls: 2")));
        gateway = GatewayFixture.start("version: 1\nbackends:\n"
                + "  spare: { baseUrl: \"%s\", auth: none }\n".formatted(spare.baseUrl())
                + lines(breakers, "  %s: { baseUrl: \"" + upstream.baseUrl() + "\", auth: none, breaker: { %s } }\n")
                + "models:\n  spare: { backend: spare }\n"
                + lines(breakers, "  %1$s: { backend: %1$s }\n")
                + "routes:\n  alone: { stable: lost, retry: { attempts: 1 } }\n"
                + lines(breakers, "  %s: { stable: %1$s, fallback: [spare] }\n"));
    }

    private static String lines(Map<String, String> breakers, String line) {
        return breakers.entrySet().stream()
                .map(breaker -> line.formatted(breaker.getKey(), breaker.getValue()))
                .collect(Collectors.joining());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
        spare.close();
    }

    @BeforeEach
    void heal() {
        upstream.always(GOOD);
    }

    @AfterEach
    void nothing_is_left_running() {
        gateway.awaitIdle();
    }

    private static void calls(String name, Behaviour... behaviours) {
        for (Behaviour behaviour : behaviours) {
            upstream.next(behaviour);
            assertThat(gateway.chat(name).statusCode()).isLessThan(500);
        }
    }

    private static double state(String name) {
        return gateway.metric("headgate_breaker_state", "backend=\"" + name + "\"");
    }

    /** Its calls go elsewhere without a try. */
    private static void assertLeftAlone(String name) {
        assertThat(state(name)).isEqualTo(OPEN);
        int before = upstream.requests().size();
        HttpResponse<String> answer = gateway.chat(name);
        assertThat(backend(answer)).isEqualTo("spare");
        assertThat(GatewayFixture.attempts(answer)).isEqualTo(1);
        assertThat(upstream.requests()).hasSize(before);
        gateway.awaitIdle();
        assertThat(gateway.metric(
                        "headgate_targets_skipped_total", "backend=\"" + name + "\"", "reason=\"breaker_open\""))
                .isPositive();
    }

    private static void assertAsked(String name) {
        assertThat(state(name)).isEqualTo(CLOSED);
        assertThat(backend(gateway.chat(name))).isEqualTo(name);
    }

    @Test
    void opens_at_its_failure_ratio() {
        calls("half", GOOD, BAD, GOOD, BAD);
        assertLeftAlone("half");

        calls("all", GOOD, BAD, GOOD, BAD);
        assertAsked("all");
    }

    @Test
    void judges_after_its_minimum_of_calls() {
        calls("four", BAD, BAD, BAD, BAD);
        assertLeftAlone("four");

        calls("five", BAD, BAD, BAD, BAD);
        assertAsked("five");
    }

    @Test
    void opens_when_answers_take_longer_than_it_allows() {
        calls("hasty", GOOD.after(LONG), GOOD.after(LONG));
        assertLeftAlone("hasty");

        calls("calm", GOOD.after(LONG), GOOD.after(LONG));
        assertAsked("calm");
    }

    @Test
    void opens_at_its_ratio_of_slow_calls() {
        calls("somewhat", GOOD, GOOD, GOOD.after(LONG), GOOD.after(LONG));
        assertLeftAlone("somewhat");

        calls("entirely", GOOD, GOOD, GOOD.after(LONG), GOOD.after(LONG));
        assertAsked("entirely");
    }

    @Test
    void forgets_what_is_older_than_its_window() {
        calls("mindful", BAD, BAD);
        calls("forgetful", BAD, BAD);
        eventually("the short window is empty", () -> counted("forgetful") == 0);

        calls("forgetful", BAD, BAD);
        assertAsked("forgetful");
        calls("mindful", BAD, BAD);
        assertLeftAlone("mindful");
    }

    private static int counted(String name) {
        JsonArray backends = new JsonObject(gateway.admin("/admin/backends").body()).getJsonArray("backends");
        return backends.stream()
                .map(JsonObject.class::cast)
                .filter(backend -> name.equals(backend.getString("name")))
                .map(backend -> backend.getJsonArray("models").getJsonObject(0))
                .mapToInt(model -> model.getInteger("calls"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void stays_open_as_long_as_it_says_and_without_a_ramp_takes_all_calls_again() {
        calls("brief", BAD, BAD);
        calls("lasting", BAD, BAD);
        eventually(
                "the brief one is asked again",
                () -> backend(gateway.chat("brief")).equals("brief"));

        assertAsked("brief");
        assertLeftAlone("lasting");
    }

    @Test
    void takes_a_tenth_of_the_calls_while_it_ramps_up_and_is_judged_sooner() {
        calls("ramp", BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD);
        eventually("the probe is answered", () -> backend(gateway.chat("ramp")).equals("ramp"));
        assertThat(state("ramp")).isEqualTo(RAMP_UP);

        long asked = gateway.chats("ramp", false, 200, 4).stream()
                .filter(answer -> backend(answer).equals("ramp"))
                .count();
        assertThat(asked).isBetween(3L, 50L);

        upstream.always(BAD);
        eventually("a quarter of the minimum is enough", () -> {
            gateway.chats("ramp", false, 20, 4);
            return state("ramp") >= HALF_OPEN;
        });
    }

    @Test
    void one_call_probes_while_all_others_go_elsewhere() {
        calls("probed", BAD, BAD);
        eventually("half-open", () -> state("probed") == HALF_OPEN);
        int before = upstream.requests().size();
        upstream.always(GOOD.after(Duration.ofSeconds(1)));

        List<HttpResponse<String>> answers = gateway.chats("probed", true, 12, 12);

        assertThat(upstream.requests()).hasSize(before + 1);
        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
        assertThat(answers)
                .filteredOn(answer -> backend(answer).equals("probed"))
                .hasSize(1);
        eventually("the ramp", () -> state("probed") == RAMP_UP);
    }

    @Test
    void the_least_bad_is_tried_when_all_are_open_and_a_header_says_so() {
        calls("lost", BAD, BAD);
        assertThat(state("lost")).isEqualTo(OPEN);

        for (boolean stream : new boolean[] {false, true}) {
            HttpResponse<String> answer = gateway.chat("alone", stream);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(header(answer, "x-headgate-last-resort", "")).isEqualTo("true");
        }
        assertThat(gateway.chat("lost").headers().firstValue("x-headgate-last-resort"))
                .isEmpty();
    }

    @Test
    void neither_mistakes_of_callers_nor_limits_open_it() {
        for (int status : new int[] {400, 401, 404, 413, 422, 429}) {
            Behaviour refusal = Behaviour.error(status, "x", "No.");
            calls("faultless", refusal, refusal, refusal);
        }
        assertAsked("faultless");
    }
}
