// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Usage;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class UsageReaderTest {
    @Test
    void reads_usage_and_finish_reason_of_a_chat_answer() {
        UsageReader read = read(
                "{\"choices\":[{\"message\":{\"content\":\"{\\\"usage\\\":{}}\"},\"finish_reason\":\"length\"}],"
                        + "\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":0,\"prompt_tokens_details\":{\"cached_tokens\":4}}}");

        assertThat(read.usage()).isEqualTo(new Usage(11, 0, 4, 0));
        assertThat(read.finishReason()).isEqualTo("length");
        assertThat(read.isUsageOnly()).isFalse();
    }

    @Test
    void reads_usage_inside_the_response_of_an_event() {
        UsageReader read = read(
                "{\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"usage\":{\"input_tokens\":3,"
                        + "\"output_tokens\":9,\"output_tokens_details\":{\"reasoning_tokens\":8}}}}");

        assertThat(read.usage()).isEqualTo(new Usage(3, 9, 0, 8));
        assertThat(read.finishReason()).isEqualTo("completed");
    }

    @Test
    void knows_the_chunk_that_only_carries_usage() {
        assertThat(read("{\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}")
                        .isUsageOnly())
                .isTrue();
        assertThat(read("{\"choices\":[],\"usage\":null}").isUsageOnly()).isFalse();
    }

    @Test
    void finds_no_usage_where_there_is_none() {
        assertThat(read("{\"usage\":null}").usage()).isNull();
        assertThat(read("not json").usage()).isNull();
        assertThat(read("{\"x\":{\"usage\":{\"prompt_tokens\":1}}}").usage()).isNull();
    }

    @Test
    void reads_the_same_piece_by_piece() {
        byte[] bytes = "{\"data\":[\"aaaa\"],\"usage\":{\"input_tokens\":2,\"output_tokens\":1234567890123}}"
                .getBytes(StandardCharsets.UTF_8);
        UsageReader reader = UsageReader.incremental();
        for (int i = 0; i < bytes.length; i++) {
            assertThat(reader.feed(bytes, i, 1)).isTrue();
        }
        assertThat(reader.usage()).isEqualTo(new Usage(2, 1234567890123L, 0, 0));
    }

    private static UsageReader read(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return UsageReader.read(bytes, 0, bytes.length);
    }
}
