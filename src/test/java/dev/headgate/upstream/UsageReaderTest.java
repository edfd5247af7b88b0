// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Reported;
import dev.headgate.call.Usage;
import java.nio.charset.StandardCharsets;
import java.util.Map;
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
    void counts_that_no_model_makes_add_up_all_the_same() {
        Usage usage = requireNonNull(
                read("{\"usage\":{\"prompt_tokens\":9223372036854775807,\"completion_tokens\":9223372036854775807,"
                                + "\"total_tokens\":9223372036854775807}}")
                        .usage());

        assertThat(usage.total()).isEqualTo(1L << 51);
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

    @Test
    void reads_every_part_that_has_a_price_of_its_own() {
        UsageReader read = read("{\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":50,\"total_tokens\":150,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":10,\"audio_tokens\":20,\"image_tokens\":30,"
                + "\"text_tokens\":50,\"cache_write_tokens\":5},\"completion_tokens_details\":{\"reasoning_tokens\":7,"
                + "\"audio_tokens\":40,\"accepted_prediction_tokens\":1}}}");

        assertThat(read.usage()).isEqualTo(new Usage(100, 50, 10, 7, 5, 20, 40, 30));
    }

    @Test
    void reads_the_images_of_an_answer_of_images() {
        UsageReader read = read("{\"created\":1,\"data\":[],\"usage\":{\"input_tokens\":40,\"output_tokens\":4160,"
                + "\"total_tokens\":4200,\"input_tokens_details\":{\"text_tokens\":10,\"image_tokens\":30},"
                + "\"output_tokens_details\":{\"image_tokens\":4160}}}");

        assertThat(read.usage()).isEqualTo(new Usage(40, 4160, 0, 0, 0, 0, 0, 30));
    }

    @Test
    void counts_thinking_that_a_vendor_names_only_in_its_total() {
        assertThat(read("{\"usage\":{\"prompt_tokens\":21,\"completion_tokens\":0,\"total_tokens\":81}}")
                        .usage())
                .isEqualTo(new Usage(21, 60, 0, 0));
        assertThat(read("{\"usage\":{\"prompt_tokens\":21,\"completion_tokens\":9,\"total_tokens\":5}}")
                        .usage())
                .isEqualTo(new Usage(21, 9, 0, 0));
    }

    @Test
    void reads_what_vendors_say_of_their_caches_in_their_own_words() {
        assertThat(read("{\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1,\"prompt_cache_hit_tokens\":6}}")
                        .usage())
                .isEqualTo(new Usage(9, 1, 6, 0));
        assertThat(read("{\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1,\"cache_creation_input_tokens\":6}}")
                        .usage())
                .isEqualTo(new Usage(9, 1, 0, 0, 6, 0, 0, 0));
    }

    @Test
    void does_not_take_seconds_for_no_tokens_and_no_debt_for_a_refund() {
        assertThat(read("{\"text\":\"hello\",\"usage\":{\"type\":\"duration\",\"seconds\":12}}")
                        .usage())
                .isNull();
        assertThat(read("{\"usage\":{}}").usage()).isNull();
        assertThat(read("{\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":-1}}")
                        .usage())
                .isEqualTo(new Usage(0, 0, 0, 0));
    }

    @Test
    void says_which_tier_processed_the_call_and_which_tools_it_used() {
        Reported answer =
                read("{\"service_tier\":\"flex\",\"output\":[{\"type\":\"web_search_call\"},{\"type\":\"message\","
                                + "\"content\":[{\"type\":\"x_call\"}]},{\"type\":\"function_call_output\"},{\"type\":\"web_search_call\"}]}")
                        .reported();
        assertThat(answer).isEqualTo(new Reported("flex", Map.of("web_search", 2)));

        assertThat(read("{\"response\":{\"service_tier\":\"priority\",\"output\":[{\"type\":\"file_search_call\"}]}}")
                        .reported())
                .isEqualTo(new Reported("priority", Map.of("file_search", 1)));
        assertThat(read("{\"item\":{\"type\":\"code_interpreter_call\"}}").reported())
                .isEqualTo(new Reported(null, Map.of("code_interpreter", 1)));
        assertThat(read("{\"x\":{\"service_tier\":\"flex\"},\"service_tier\":null}")
                        .reported())
                .isEqualTo(Reported.NOTHING);
    }

    private static UsageReader read(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return UsageReader.read(bytes, 0, bytes.length);
    }
}
