// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.attempts;
import static dev.headgate.testkit.GatewayFixture.backend;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import java.net.http.HttpResponse;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Prompts that one model does not take and another does: too long for its window, or against its policy. */
final class ContextIT {
    private static final String LONG =
            "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"" + "many words ".repeat(2_000) + "\"}]}";
    private static FakeUpstream small;
    private static FakeUpstream other;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() {
        small = FakeUpstream.start();
        other = FakeUpstream.start();
        gateway = GatewayFixture.start("""
                version: 1
                backends:
                  small: { baseUrl: "%s", auth: none }
                  large: { baseUrl: "%2$s", auth: none }
                  tolerant: { baseUrl: "%2$s", auth: none }
                models:
                  known: { backend: small, contextWindow: 1k }
                  unknown: { backend: small }
                  large: { backend: large, contextWindow: 128k }
                  tolerant: { backend: tolerant }
                routes:
                  known: { stable: known, onContextTooLong: [large] }
                  known-fallback: { stable: known, fallback: [large] }
                  known-alone: { stable: known }
                  unknown: { stable: unknown, onContextTooLong: [large], onContentFilter: [tolerant] }
                  plain: { stable: unknown, fallback: [tolerant] }
                """.formatted(small.baseUrl(), other.baseUrl()));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        small.close();
        other.close();
    }

    @AfterEach
    void nothing_is_left_running() {
        gateway.awaitIdle();
    }

    private static HttpResponse<String> askLong(String model) {
        return gateway.post("/chat/completions", LONG.formatted(model));
    }

    @Test
    void a_prompt_that_is_known_to_be_too_long_goes_to_the_larger_window_before_any_call() {
        for (String route : new String[] {"known", "known-fallback"}) {
            int before = small.requests().size();
            HttpResponse<String> answer = askLong(route);
            assertThat(backend(answer)).isEqualTo("large");
            assertThat(attempts(answer)).isEqualTo(1);
            assertThat(small.requests()).hasSize(before);
        }
        gateway.awaitIdle();
        assertThat(gateway.metric("headgate_targets_skipped_total", "backend=\"small\"", "reason=\"context_too_long\""))
                .isEqualTo(2);
    }

    @Test
    void without_a_window_or_without_anywhere_to_go_the_backend_has_the_word() {
        assertThat(backend(askLong("unknown"))).isEqualTo("small");
        assertThat(backend(askLong("known-alone"))).isEqualTo("small");
        assertThat(backend(gateway.chat("known"))).isEqualTo("small");
    }

    private record Refusal(String name, Behaviour behaviour, boolean stream, String goesTo) {}

    private static Stream<Refusal> refusals() {
        return Stream.of(
                new Refusal("the code", error("context_length_exceeded", "Too long."), false, "large"),
                new Refusal("the code, stream", error("context_length_exceeded", "Too long."), true, "large"),
                new Refusal(
                        "vLLM's words",
                        Behaviour.json(
                                400,
                                "{\"object\":\"error\",\"message\":\"This model's maximum context length is 4096 tokens."
                                        + " However, you requested 5000 tokens.\",\"type\":\"BadRequestError\",\"code\":400}"),
                        false,
                        "large"),
                new Refusal(
                        "an error event",
                        Behaviour.rawEvents(
                                "data: {\"error\":{\"message\":\"Too long.\",\"code\":\"context_length_exceeded\"}}\n\n"),
                        true,
                        "large"),
                new Refusal("a filter's code", error("content_filter", "Refused."), false, "tolerant"),
                new Refusal("a policy's code, stream", error("content_policy_violation", "Refused."), true, "tolerant"),
                new Refusal(
                        "a filter's error event",
                        Behaviour.rawEvents(
                                "data: {\"error\":{\"message\":\"Refused.\",\"code\":\"content_filter\"}}\n\n"),
                        true,
                        "tolerant"));
    }

    private static Behaviour error(String code, String message) {
        return Behaviour.json(
                400,
                "{\"error\":{\"message\":\"" + message + "\",\"type\":\"invalid_request_error\",\"code\":\"" + code
                        + "\"}}");
    }

    @TestFactory
    Stream<DynamicTest> what_a_backend_refuses_goes_where_the_route_says() {
        return refusals()
                .map(refusal -> DynamicTest.dynamicTest(refusal.name, () -> {
                    small.next(refusal.behaviour);
                    HttpResponse<String> answer = gateway.chat("unknown", refusal.stream);
                    assertThat(answer.statusCode()).isEqualTo(200);
                    assertThat(backend(answer)).isEqualTo(refusal.goesTo);
                    assertThat(attempts(answer)).isEqualTo(2);
                    assertThat(answer.body()).doesNotContain("Too long.", "Refused.", "maximum context");
                }));
    }

    @TestFactory
    Stream<DynamicTest> without_these_words_the_refusal_is_the_clients() {
        return refusals()
                .map(refusal -> DynamicTest.dynamicTest(refusal.name, () -> {
                    int before = other.requests().size();
                    small.next(refusal.behaviour);
                    HttpResponse<String> answer = gateway.chat("plain", refusal.stream);
                    assertThat(answer.statusCode()).isEqualTo(400);
                    assertThat(answer.body()).containsAnyOf("Too long.", "Refused.", "maximum context length is 4096");
                    assertThat(attempts(answer)).isEqualTo(1);
                    assertThat(other.requests()).hasSize(before);
                }));
    }

    @Test
    void a_second_refusal_is_the_answer() {
        small.next(error("context_length_exceeded", "Too long."));
        other.next(error("context_length_exceeded", "Too long for this one, too."));
        HttpResponse<String> answer = gateway.chat("unknown");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("Too long for this one, too.");
    }

    @Test
    void the_move_is_counted_with_its_reason() {
        small.next(error("content_filter", "Refused."));
        gateway.chat("unknown");
        gateway.awaitIdle();

        assertThat(gateway.metric("headgate_fallbacks_total", "route=\"unknown\"", "reason=\"content_filter\""))
                .isPositive();
    }
}
