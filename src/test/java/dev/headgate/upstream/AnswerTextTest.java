// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Endpoint;
import dev.headgate.call.OutputCount;
import dev.headgate.call.Target;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The text of answers, found in their bytes. */
class AnswerTextTest {
    @Test
    void takes_content_reasoning_refusals_and_arguments_of_chat_chunks() {
        assertThat(event(Endpoint.CHAT, """
                        {"id":"content","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":\
                        {"role":"assistant","content":"Hel"},"finish_reason":null}],"usage":null}""")).containsExactly("Hel");
        assertThat(event(Endpoint.CHAT, "{\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\",\"content\":null}}]}"))
                .containsExactly("hm");
        assertThat(event(Endpoint.CHAT, "{\"choices\":[{\"delta\":{\"refusal\":\"no\"}}]}"))
                .containsExactly("no");
        assertThat(event(Endpoint.CHAT, """
                        {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function",\
                        "function":{"name":"weather","arguments":"{\\"city\\":"}}]}}]}""")).containsExactly("{\\\"city\\\":");
    }

    @Test
    void takes_reasoning_once_that_a_vendor_writes_under_two_names() {
        assertThat(event(Endpoint.CHAT, """
                        {"choices":[{"delta":{"content":"","reasoning":"hm","reasoning_details":\
                        [{"type":"reasoning.text","text":"hm"}]}}]}""")).containsExactly("", "hm");
        assertThat(event(Endpoint.CHAT, """
                        {"choices":[{"delta":{"content":[{"type":"text","text":"one"},{"type":"text","text":"two"}]}}]}""")).containsExactly("one", "two");
    }

    @Test
    void takes_no_text_for_a_name() {
        assertThat(event(Endpoint.CHAT, """
                        {"model":"content","choices":[{"delta":{"content" : "say \\"content\\":\\"x\\" and stop"}}],\
                        "type":"text"}""")).containsExactly("say \\\"content\\\":\\\"x\\\" and stop");
        assertThat(event(Endpoint.CHAT, "{\"choices\":[{\"logprobs\":{\"content\":[{\"token\":\"Hi\"}]}}]}"))
                .isEmpty();
        assertThat(event(Endpoint.CHAT, "[DONE]")).isEmpty();
    }

    @Test
    void takes_the_text_of_completions() {
        assertThat(event(Endpoint.COMPLETIONS, "{\"choices\":[{\"text\":\" word\",\"index\":0,\"logprobs\":null}]}"))
                .containsExactly(" word");
    }

    @Test
    void takes_only_the_deltas_of_responses_because_later_events_repeat_them() {
        assertThat(
                        event(
                                Endpoint.RESPONSES,
                                "{\"type\":\"response.output_text.delta\",\"item_id\":\"msg_1\",\"delta\":\"Hel\",\"obfuscation\":\"xx\"}"))
                .containsExactly("Hel");
        assertThat(event(Endpoint.RESPONSES, "{\"type\":\"response.output_text.done\",\"text\":\"Hello\"}"))
                .isEmpty();
        assertThat(answer(Endpoint.RESPONSES, """
                        {"instructions":"Be brief.","text":{"format":{"type":"text"}},"output":[{"type":"message",\
                        "content":[{"type":"output_text","text":"Hello"}]},{"type":"function_call","arguments":"{}"}]}""")).containsExactly("Hello", "{}");
    }

    @Test
    void takes_every_choice_of_an_answer() {
        assertThat(answer(Endpoint.CHAT, """
                        {"choices":[{"index":0,"message":{"role":"assistant","content":"one"}},
                         {"index":1,"message":{"role":"assistant","content":"two"}}]}""")).containsExactly("one", "two");
    }

    @Test
    void what_is_cut_off_or_no_json_ends_where_it_ends() {
        assertThat(event(Endpoint.CHAT, "{\"choices\":[{\"delta\":{\"content\":\"Hel"))
                .containsExactly("Hel");
        assertThat(event(Endpoint.CHAT, "{\"content\":\"a\\")).containsExactly("a\\");
        assertThat(event(Endpoint.CHAT, "\"content\":")).isEmpty();
        assertThat(event(Endpoint.CHAT, "\"")).isEmpty();
    }

    @Test
    void endpoints_without_text_have_none() {
        assertThat(AnswerText.ofEvents(Endpoint.EMBEDDINGS)).isNull();
        assertThat(AnswerText.ofAnswers(Endpoint.MODERATIONS)).isNull();
    }

    private static List<String> event(Endpoint endpoint, String data) {
        return find(Objects.requireNonNull(AnswerText.ofEvents(endpoint)), "data: " + data + "\n\n");
    }

    private static List<String> answer(Endpoint endpoint, String body) {
        return find(Objects.requireNonNull(AnswerText.ofAnswers(endpoint)), body);
    }

    /** What was found, between other bytes of the same array. */
    private static List<String> find(AnswerText text, String json) {
        Texts found = new Texts();
        byte[] bytes = ("\"content\":\"before\"" + json + "\"content\":\"behind\"").getBytes(StandardCharsets.UTF_8);
        text.find(bytes, 18, bytes.length - 18, found);
        return found.all.stream().map(one -> one.replaceAll("\\n\\n$", "")).toList();
    }

    private static final class Texts implements OutputCount {
        private final List<String> all = new ArrayList<>();

        @Override
        public void add(byte[] json, int from, int to) {
            all.add(new String(json, from, to - from, StandardCharsets.UTF_8));
        }

        @Override
        public long tokens(Target target) {
            throw new UnsupportedOperationException();
        }
    }
}
