// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.call.DemoSettings;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(VertxExtension.class)
class DemoChatTest {
    private DemoCalls demo;

    @BeforeEach
    void start(Vertx vertx) {
        demo = new DemoCalls(vertx);
    }

    @Test
    void echo_repeats_the_last_user_text_and_counts_words() {
        var answer = chat(
                        "demo/echo",
                        "\"messages\":[" + user("first") + ",{\"role\":\"assistant\",\"content\":\"x\"},"
                                + user("say it  again 🎉") + ",{\"role\":\"system\",\"content\":\"y\"}]")
                .json();
        assertThat(answer.path("choices").get(0).path("message").path("content").asText())
                .isEqualTo("say it  again 🎉");
        assertThat(answer.path("choices").get(0).path("finish_reason").asText()).isEqualTo("stop");
        assertThat(answer.path("model").asText()).isEqualTo("demo/echo");
        assertThat(answer.path("object").asText()).isEqualTo("chat.completion");
        assertThat(usage(answer)).containsExactly(7, 4, 11);
    }

    @Test
    void echo_joins_the_text_parts_of_a_message() {
        var parts = "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a \"},{\"type\":\"image_url\"},"
                + "{\"type\":\"text\",\"text\":\"b\"}]}";
        assertThat(text(chat("echo", "\"messages\":[" + parts + "]"))).isEqualTo("a b");
    }

    @Test
    void equal_requests_get_equal_bytes_and_others_get_other_ids() {
        var one = chat("lorem", ask("hi"));
        assertThat(chat("lorem", ask("hi")).body()).isEqualTo(one.body());
        assertThat(chat("lorem", ask("ho")).json().path("id"))
                .isNotEqualTo(one.json().path("id"));
    }

    @Test
    void a_stream_joins_to_the_whole_answer_and_never_tears_a_character() {
        var text = "多".repeat(60) + " " + "🎉".repeat(50) + "\n\n tail ";
        var answer = chat("echo", ask(text.replace("\n", "\\n")) + ",\"stream\":true");
        assertThat(answer.headers().get("content-type")).startsWith("text/event-stream");
        assertThat(answer.body().toString()).doesNotContain("\uFFFD");
        assertThat(answer.events()).hasSizeGreaterThan(6).allSatisfy(event -> {
            var piece =
                    event.path("choices").get(0).path("delta").path("content").asText("");
            assertThat(piece.isEmpty() || !Character.isLowSurrogate(piece.charAt(0)))
                    .isTrue();
        });
        assertThat(deltas(answer, 0)).isEqualTo(text);
        assertThat(answer.data().getLast()).isEqualTo("[DONE]");
    }

    @Test
    void a_stream_opens_with_the_role_and_closes_with_the_reason() {
        var events = chat("v1", ask("hi") + ",\"stream\":true").events();
        assertThat(events.getFirst()
                        .path("choices")
                        .get(0)
                        .path("delta")
                        .path("role")
                        .asText())
                .isEqualTo("assistant");
        assertThat(events.getLast().path("choices").get(0).path("finish_reason").asText())
                .isEqualTo("stop");
        assertThat(events).allSatisfy(event -> {
            assertThat(event.path("object").asText()).isEqualTo("chat.completion.chunk");
            assertThat(event.has("usage")).isFalse();
        });
    }

    @Test
    void usage_is_streamed_only_when_asked_for_and_null_before() {
        var events = chat("echo", ask("one two") + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}")
                .events();
        assertThat(events.subList(0, events.size() - 1))
                .allSatisfy(event -> assertThat(event.get("usage").isNull()).isTrue());
        assertThat(events.getLast().path("choices")).isEmpty();
        assertThat(usage(events.getLast())).containsExactly(2, 2, 4);
    }

    @Test
    void lorem_has_the_set_number_of_words(Vertx vertx) {
        demo = new DemoCalls(vertx, new DemoSettings(7, 0, 0, Duration.ZERO));
        assertThat(text(chat("lorem", ask("x")))).startsWith("Lorem ipsum").matches("(\\S+ ){6}\\S+");
    }

    @ParameterizedTest
    @ValueSource(strings = {"max_tokens", "max_completion_tokens"})
    void a_token_limit_cuts_the_answer(String limit) {
        var answer = chat("lorem", ask("x") + ",\"" + limit + "\":3").json();
        assertThat(answer.path("choices").get(0).path("message").path("content").asText())
                .isEqualTo("Lorem ipsum dolor");
        assertThat(answer.path("choices").get(0).path("finish_reason").asText()).isEqualTo("length");
        assertThat(usage(answer)).containsExactly(1, 3, 4);
    }

    @Test
    void several_choices_come_whole_and_in_turns() {
        var whole = chat("lorem", ask("x") + ",\"n\":3,\"max_tokens\":4").json().path("choices");
        var stream = chat("lorem", ask("x") + ",\"n\":3,\"max_tokens\":4,\"stream\":true");
        assertThat(whole).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(whole.get(i).path("index").asInt()).isEqualTo(i);
            assertThat(deltas(stream, i))
                    .isEqualTo(whole.get(i).path("message").path("content").asText());
        }
        assertThat(deltas(stream, 0)).isNotEqualTo(deltas(stream, 1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void slow_waits_before_its_first_token(boolean stream, Vertx vertx) {
        demo = new DemoCalls(vertx, new DemoSettings(1, 0, 0, Duration.ofMillis(60)));
        long start = System.nanoTime();
        var answer = chat("slow", ask("x") + ",\"stream\":" + stream);
        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(Duration.ofMillis(60).toNanos());
        assertThat(stream ? deltas(answer, 0) : text(answer)).isEqualTo("This answer took its time, and here it is.");
    }

    @Test
    void paced_tokens_do_not_come_early(Vertx vertx) {
        demo = new DemoCalls(vertx, new DemoSettings(11, 200, 0, Duration.ZERO));
        long start = System.nanoTime();
        assertThat(deltas(chat("lorem", ask("x") + ",\"stream\":true"), 0)).contains("adipiscing");
        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(Duration.ofMillis(50).toNanos());
    }

    @ParameterizedTest
    @ValueSource(strings = {"flaky", "demo/v2"})
    void every_fifth_request_fails(String model) {
        var statuses = IntStream.range(0, 10)
                .mapToObj(i ->
                        chat(model, ask("x") + ",\"stream\":" + (i % 2 == 0)).status())
                .toList();
        assertThat(statuses).isEqualTo(List.of(200, 200, 200, 200, 500, 200, 200, 200, 200, 500));
    }

    @Test
    void a_failure_has_the_shape_of_openai_errors(Vertx vertx) {
        demo = new DemoCalls(vertx, new DemoSettings(1, 0, 100, Duration.ZERO));
        var answer = chat("flaky", ask("x") + ",\"stream\":true");
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.headers().get("content-type")).isEqualTo("application/json");
        assertThat(answer.json().path("error").path("type").asText()).isEqualTo("server_error");
    }

    @Test
    void both_versions_say_which_they_are() {
        assertThat(text(chat("demo/v1", ask("x")))).contains("version 1");
        assertThat(text(chat("demo/v2", ask("x")))).contains("version 2");
    }

    @Test
    void an_unknown_model_is_not_found() {
        var answer = chat("demo/nope", ask("x"));
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json().at("/error/code").asText()).isEqualTo("model_not_found");
        assertThat(answer.json().at("/error/message").asText())
                .contains("demo/nope")
                .contains("lorem");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"echo\"",
                "[]",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
                "{\"model\":\"echo\",\"messages\":[]}",
                "{\"model\":\"echo\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"max_tokens\":0}",
                "{\"model\":\"echo\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"n\":129}",
                "{\"model\":\"echo\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"n\":\"two\"}"
            })
    void a_wrong_request_is_refused(String body) {
        var answer = demo.post("/v1/chat/completions", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error/type").asText()).isEqualTo("invalid_request_error");
    }

    @Test
    void half_a_surrogate_pair_in_the_prompt_does_no_harm() {
        assertThat(text(chat("echo", ask("a\\ud83d b")))).isEqualTo("a\ud83d b");
    }

    private DemoCalls.Answer chat(String model, String rest) {
        return demo.post("/chat/completions", "{\"model\":\"" + model + "\"," + rest + "}");
    }

    private static String ask(String text) {
        return "\"messages\":[" + user(text) + "]";
    }

    private static String user(String text) {
        return "{\"role\":\"user\",\"content\":\"" + text + "\"}";
    }

    private static String text(DemoCalls.Answer answer) {
        return answer.json().at("/choices/0/message/content").asText();
    }

    private static String deltas(DemoCalls.Answer answer, int choice) {
        return answer.events().stream()
                .map(event -> event.path("choices").path(0))
                .filter(one -> one.path("index").asInt() == choice)
                .map(one -> one.path("delta").path("content").asText(""))
                .collect(Collectors.joining());
    }

    private static List<Integer> usage(JsonNode answer) {
        var usage = answer.path("usage");
        return List.of(
                usage.path("prompt_tokens").asInt(),
                usage.path("completion_tokens").asInt(),
                usage.path("total_tokens").asInt());
    }
}
