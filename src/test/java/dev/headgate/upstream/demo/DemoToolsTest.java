// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class DemoToolsTest {
    private static final String TOOLS = """
            ,"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object",\
            "properties":{"city":{"type":"string"}},"required":["city"]}}},{"type":"function","function":{"name":"time"}}]""";

    private DemoCalls demo;

    @BeforeEach
    void start(Vertx vertx) {
        demo = new DemoCalls(vertx);
    }

    @Test
    void json_makes_an_instance_of_the_schema() {
        var schema =
                "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"},\"days\":{\"type\":\"integer\","
                        + "\"minimum\":3},\"note\":{\"type\":\"string\"}},\"required\":[\"city\",\"days\"]}";
        var format = ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"w\",\"schema\":"
                + schema + "}}";
        assertThat(text(chat("json", ask("x") + format))).isEqualTo("{\"city\":\"demo\",\"days\":3}");
        assertThat(deltas(chat("json", ask("x") + format + ",\"stream\":true"), 0))
                .isEqualTo("{\"city\":\"demo\",\"days\":3}");
    }

    @Test
    void json_without_a_schema_is_an_object() {
        var document = DemoCalls.json(text(chat("json", ask("so \\\"what\\\""))));
        assertThat(document.path("question").asText()).isEqualTo("so \"what\"");
    }

    @Test
    void tools_calls_the_first_tool_with_arguments_of_its_schema() {
        var choice = chat("tools", ask("x") + TOOLS).json().path("choices").get(0);
        var call = choice.path("message").path("tool_calls").get(0);
        assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
        assertThat(choice.path("message").get("content").isNull()).isTrue();
        assertThat(call.path("id").asText()).startsWith("call_");
        assertThat(call.path("function").path("name").asText()).isEqualTo("weather");
        assertThat(call.path("function").path("arguments").asText()).isEqualTo("{\"city\":\"demo\"}");
    }

    @Test
    void tools_streams_the_call_in_pieces() {
        var events = chat("tools", ask("x") + TOOLS + ",\"stream\":true").events();
        var calls = events.stream()
                .map(event -> event.path("choices")
                        .get(0)
                        .path("delta")
                        .path("tool_calls")
                        .path(0))
                .filter(JsonNode::isObject)
                .toList();
        assertThat(calls.getFirst().path("function").path("name").asText()).isEqualTo("weather");
        assertThat(calls.stream()
                        .map(call -> call.path("function").path("arguments").asText())
                        .collect(Collectors.joining()))
                .isEqualTo("{\"city\":\"demo\"}");
        assertThat(events.getLast().path("choices").get(0).path("finish_reason").asText())
                .isEqualTo("tool_calls");
    }

    @Test
    void tools_calls_the_tool_that_was_chosen_and_none_if_forbidden() {
        var chosen = ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"time\"}}";
        var call = chat("tools", ask("x") + TOOLS + chosen).json().at("/choices/0/message/tool_calls/0/function");
        assertThat(call.path("name").asText()).isEqualTo("time");
        assertThat(call.path("arguments").asText()).isEqualTo("{}");
        assertThat(text(chat("tools", ask("x") + TOOLS + ",\"tool_choice\":\"none\"")))
                .contains("no tool");
    }

    @Test
    void tools_answers_in_text_after_the_tool() {
        var messages = "\"messages\":[" + user("x") + ",{\"role\":\"tool\",\"content\":\"20 degrees\"}]";
        assertThat(text(chat("tools", messages + TOOLS))).isEqualTo("The tool answered: 20 degrees");
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
}
