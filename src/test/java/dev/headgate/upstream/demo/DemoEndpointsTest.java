// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.junit5.VertxExtension;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(VertxExtension.class)
class DemoEndpointsTest {
    private DemoCalls demo;

    @BeforeEach
    void start(Vertx vertx) {
        demo = new DemoCalls(vertx);
    }

    @Test
    void completions_answers_each_prompt() {
        var answer = demo.post("/completions?x=1", "{\"model\":\"echo\",\"prompt\":[\"a b\",\"c\"],\"n\":2}")
                .json();
        assertThat(answer.path("object").asText()).isEqualTo("text_completion");
        assertThat(answer.path("choices").findValuesAsText("text")).containsExactly("a b", "a b", "c", "c");
        assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(3);
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(6);
    }

    @Test
    void completions_streams_text() {
        var answer = demo.post("/v1/completions", "{\"model\":\"echo\",\"prompt\":\"a b c\",\"stream\":true}");
        assertThat(answer.events().stream()
                        .map(event -> event.at("/choices/0/text").asText())
                        .collect(Collectors.joining()))
                .isEqualTo("a b c");
        assertThat(answer.data().getLast()).isEqualTo("[DONE]");
    }

    @Test
    void responses_answers_with_a_message_and_usage() {
        var answer = demo.post("/responses", "{\"model\":\"echo\",\"instructions\":\"be kind\",\"input\":\"a b\"}")
                .json();
        assertThat(answer.path("status").asText()).isEqualTo("completed");
        assertThat(answer.at("/output/0/content/0/text").asText()).isEqualTo("a b");
        assertThat(answer.at("/usage/input_tokens").asInt()).isEqualTo(4);
        assertThat(answer.at("/usage/total_tokens").asInt()).isEqualTo(6);
    }

    @Test
    void responses_streams_its_typed_events_in_order() {
        var body = "{\"model\":\"echo\",\"stream\":true,\"input\":[{\"role\":\"user\",\"content\":"
                + "[{\"type\":\"input_text\",\"text\":\"a b\"}]}]}";
        var answer = demo.post("/responses", body);
        assertThat(types(answer.events()))
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta",
                        "response.output_text.delta",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.completed");
        assertThat(answer.body().toString())
                .startsWith("event: response.created\ndata: {")
                .doesNotContain("[DONE]");
        for (int i = 0; i < answer.events().size(); i++) {
            assertThat(answer.events().get(i).path("sequence_number").asInt()).isEqualTo(i);
        }
        var last = answer.events().getLast();
        assertThat(last.at("/response/output/0/content/0/text").asText()).isEqualTo("a b");
        assertThat(last.at("/response/usage/output_tokens").asInt()).isEqualTo(2);
        assertThat(answer.events().get(4).path("item_id")).isEqualTo(last.at("/response/output/0/id"));
    }

    @Test
    void responses_that_reach_their_limit_are_incomplete() {
        var body = "{\"model\":\"lorem\",\"input\":\"x\",\"max_output_tokens\":2,\"stream\":true}";
        var last = demo.post("/responses", body).events().getLast();
        assertThat(last.path("type").asText()).isEqualTo("response.incomplete");
        assertThat(last.at("/response/incomplete_details/reason").asText()).isEqualTo("max_output_tokens");
    }

    @Test
    void responses_calls_a_tool_and_answers_after_it() {
        var tools = ",\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}]";
        var events = demo.post("/responses", "{\"model\":\"tools\",\"stream\":true,\"input\":\"x\"" + tools + "}")
                .events();
        assertThat(types(events))
                .contains("response.function_call_arguments.delta", "response.function_call_arguments.done")
                .doesNotContain("response.output_text.delta");
        assertThat(events.getLast().at("/response/output/0/arguments").asText()).isEqualTo("{}");
        var after = "{\"model\":\"tools\",\"input\":[{\"role\":\"user\",\"content\":\"x\"},"
                + "{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"42\"}]" + tools + "}";
        assertThat(demo.post("/responses", after)
                        .json()
                        .at("/output/0/content/0/text")
                        .asText())
                .isEqualTo("The tool answered: 42");
    }

    @Test
    void embeddings_are_unit_vectors_of_the_text() {
        var data = demo.post("/embeddings", "{\"model\":\"demo/embed\",\"input\":[\"a\",\"b\",\"a\"]}")
                .json()
                .path("data");
        assertThat(data).hasSize(3);
        assertThat(data.get(0).path("embedding"))
                .hasSize(256)
                .isEqualTo(data.get(2).path("embedding"));
        assertThat(data.get(0).path("embedding")).isNotEqualTo(data.get(1).path("embedding"));
        double square = 0;
        for (var x : data.get(0).path("embedding")) {
            square += x.asDouble() * x.asDouble();
        }
        assertThat(square).isCloseTo(1, within(1e-5));
    }

    @Test
    void base64_embeddings_are_little_endian_floats() {
        var floats = embedding(",\"dimensions\":5");
        var bytes = Base64.getDecoder()
                .decode(embedding(",\"dimensions\":5,\"encoding_format\":\"base64\"")
                        .asText());
        assertThat(bytes).hasSize(20);
        var read = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        for (int i = 0; i < 5; i++) {
            assertThat(read.get(i)).isEqualTo(floats.get(i).floatValue());
        }
    }

    @Test
    void token_arrays_are_inputs_too() {
        var one =
                demo.post("/embeddings", "{\"model\":\"e\",\"input\":[1,2,3]}").json();
        var two = demo.post("/embeddings", "{\"model\":\"e\",\"input\":[[1,2,3],[4]]}")
                .json();
        assertThat(one.path("data")).hasSize(1);
        assertThat(one.at("/usage/prompt_tokens").asInt()).isEqualTo(3);
        assertThat(two.path("data")).hasSize(2);
        assertThat(two.at("/data/0/embedding")).isEqualTo(one.at("/data/0/embedding"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"e\"}",
                "{\"model\":\"e\",\"input\":\"\"}",
                "{\"model\":\"e\",\"input\":[]}",
                "{\"model\":\"e\",\"input\":\"a\",\"dimensions\":5000}",
                "{\"model\":\"e\",\"input\":\"a\",\"encoding_format\":\"hex\"}"
            })
    void wrong_embedding_requests_are_refused(String body) {
        assertThat(demo.post("/embeddings", body).status()).isEqualTo(400);
    }

    @Test
    void moderations_never_flag() {
        var results =
                demo.post("/moderations", "{\"input\":[\"a\",\"b\"]}").json().path("results");
        assertThat(results).hasSize(2).allSatisfy(result -> {
            assertThat(result.get("flagged").asBoolean(true)).isFalse();
            assertThat(result.path("categories").path("self-harm/intent").isBoolean())
                    .isTrue();
        });
    }

    @Test
    void unknown_paths_and_methods_are_not_found() {
        assertThat(demo.post("/v1/files", "{}").status()).isEqualTo(404);
        var answer = demo.send(HttpMethod.GET, "/v1/chat/completions", DemoCalls.whole("{}"));
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json().at("/error/code").asText()).isEqualTo("unknown_url");
    }

    private JsonNode embedding(String options) {
        return demo.post("/embeddings", "{\"model\":\"e\",\"input\":\"text\"" + options + "}")
                .json()
                .at("/data/0/embedding");
    }

    private static List<String> types(List<JsonNode> events) {
        return events.stream().map(event -> event.path("type").asText()).toList();
    }
}
