// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A route that has something to say when nobody answers, next to one that has not. */
final class DegradedIT {
    private static final String SORRY = "Sorry, \"later\".";
    private static FakeUpstream upstream;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        gateway = GatewayFixture.start(routes());
    }

    private static String routes() {
        return """
                version: 1
                defaults: { retry: { attempts: 1 } }
                backends: { up: { baseUrl: "%s", auth: none, breaker: { minimumCalls: 100000 } } }
                models: { m: { backend: up } }
                routes:
                  sorry: { stable: m, degraded: { answer: 'Sorry, "later".' } }
                  early: { stable: m, earlyHead: 20ms, degraded: { answer: 'Sorry, "later".' } }
                  short: { stable: m, timeouts: { total: 250ms }, degraded: { answer: 'Sorry, "later".' } }
                  plain: { stable: m }
                """.formatted(upstream.baseUrl());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
    }

    @BeforeEach
    void fail() {
        upstream.always(Behaviour.error(500, "x", "Boom."));
    }

    @AfterEach
    void nothing_is_left_running() {
        gateway.awaitIdle();
    }

    private static HttpResponse<String> ask(String path, String model, boolean stream) {
        return gateway.post(
                path,
                new JsonObject()
                        .put("model", model)
                        .put("stream", stream)
                        .put("messages", List.of())
                        .put("prompt", "Hi")
                        .put("input", "Hi")
                        .encode());
    }

    private static void assertMarked(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(header(answer, "x-headgate-degraded", "")).isEqualTo("template");
        assertThat(answer.body()).doesNotContain("Boom");
    }

    @Test
    void chat_gets_a_complete_answer() {
        HttpResponse<String> answer = ask("/chat/completions", "sorry", false);

        assertMarked(answer);
        JsonObject body = new JsonObject(answer.body());
        JsonObject choice = body.getJsonArray("choices").getJsonObject(0);
        assertThat(choice.getJsonObject("message").getString("content")).isEqualTo(SORRY);
        assertThat(choice.getString("finish_reason")).isEqualTo("stop");
        assertThat(body.getJsonObject("usage").getInteger("total_tokens")).isZero();
        assertThat(body.getString("model")).isEqualTo("sorry");
    }

    @Test
    void completions_and_responses_get_one_in_their_own_shape() {
        HttpResponse<String> completion = ask("/completions", "sorry", false);
        assertMarked(completion);
        assertThat(new JsonObject(completion.body())
                        .getJsonArray("choices")
                        .getJsonObject(0)
                        .getString("text"))
                .isEqualTo(SORRY);

        HttpResponse<String> response = ask("/responses", "sorry", false);
        assertMarked(response);
        JsonObject message =
                new JsonObject(response.body()).getJsonArray("output").getJsonObject(0);
        assertThat(message.getJsonArray("content").getJsonObject(0).getString("text"))
                .isEqualTo(SORRY);
    }

    @ParameterizedTest
    @CsvSource({"/chat/completions, data: [DONE]", "/completions, data: [DONE]", "/responses, response.completed"})
    void a_stream_gets_the_events_of_its_api_down_to_the_end(String path, String end) {
        HttpResponse<String> answer = ask(path, "sorry", true);

        assertMarked(answer);
        assertThat(header(answer, "content-type", "")).startsWith("text/event-stream");
        assertThat(answer.body()).contains("Sorry, \\\"later\\\".", end).doesNotContain("\"error\":{");
    }

    @Test
    void comes_behind_an_early_head_as_the_rest_of_the_stream() {
        upstream.always(Behaviour.error(500, "x", "Boom.").after(Duration.ofMillis(400)));
        HttpResponse<String> answer = ask("/chat/completions", "early", true);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).startsWith(":").contains("Sorry, ").endsWith("data: [DONE]\n\n");
        assertThat(answer.body()).doesNotContain("\"error\":{");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void comes_at_the_calls_deadline(boolean stream) {
        upstream.always(Behaviour.silence());
        HttpResponse<String> answer = ask("/chat/completions", "short", stream);

        assertMarked(answer);
        assertThat(answer.body()).contains("Sorry, ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/chat/completions", "/completions", "/responses"})
    void without_it_the_client_gets_the_error(String path) {
        HttpResponse<String> answer = ask(path, "plain", false);

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.headers().firstValue("x-headgate-degraded")).isEmpty();
    }

    @Test
    void embeddings_get_the_error_because_a_text_is_no_vector() {
        HttpResponse<String> answer = ask("/embeddings", "sorry", false);

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.headers().firstValue("x-headgate-degraded")).isEmpty();
    }

    @Test
    void a_good_answer_and_a_callers_mistake_are_left_alone() {
        upstream.always(Behaviour.openAi());
        assertThat(ask("/chat/completions", "sorry", false).body()).contains("Hello from");
        upstream.always(Behaviour.error(400, "invalid_request_error", "No."));
        assertThat(ask("/chat/completions", "sorry", false).statusCode()).isEqualTo(400);
    }

    @Test
    void is_counted_by_route() {
        double before = gateway.metric("headgate_degraded_total", "route=\"sorry\"");
        ask("/chat/completions", "sorry", false);
        ask("/chat/completions", "plain", false);
        gateway.awaitIdle();

        assertThat(gateway.metric("headgate_degraded_total", "route=\"sorry\"")).isEqualTo(before + 1);
        assertThat(gateway.metric("headgate_degraded_total", "route=\"plain\"")).isZero();
    }

    @Test
    void says_so_even_to_callers_who_may_not_see_inside() {
        String key = KeyFormat.create(new SecureRandom());
        try (GatewayFixture keyed = GatewayFixture.start(
                "auth: keys\n", routes() + "tenants:\n" + GatewayFixture.tenant("acme", key, "mayUse: [sorry]"))) {
            HttpResponse<String> answer = keyed.send(keyed.request("/chat/completions")
                    .header("authorization", "Bearer " + key)
                    .header("content-type", "application/json")
                    .POST(BodyPublishers.ofString(GatewayFixture.chatBody("sorry", false)))
                    .build());
            assertMarked(answer);
            assertThat(answer.headers().map().keySet().stream()
                            .filter(name -> name.startsWith("x-headgate"))
                            .collect(Collectors.toSet()))
                    .containsExactly("x-headgate-degraded");
            keyed.awaitIdle();
        }
    }
}
