// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Endpoint;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExtrasReaderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|",
                "null|",
                "[{\"type\":\"function\",\"name\":\"web_search\"}]|",
                "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}}]|",
                "[{\"type\":\"custom\",\"name\":\"x\"},{\"type\":\"mcp\",\"server_url\":\"https://x\"}]|",
                "[{\"type\":\"web_search\"}]|web_search",
                "[{\"type\":\"web_search_preview\",\"user_location\":{\"type\":\"approximate\"}}]|web_search_preview",
                "[{\"type\":\"file_search\",\"vector_store_ids\":[\"vs_1\"]}]|file_search",
                "[{\"type\":\"code_interpreter\",\"container\":{\"type\":\"auto\"}}]|code_interpreter",
                "[{\"container\":{\"type\":\"auto\",\"memory_limit\":\"4g\"},\"type\":\"code_interpreter\"}]|code_interpreter-4g",
                "[{\"type\":\"code_interpreter\",\"container\":{\"memory_limit\":\"1g\"}}]|code_interpreter",
                "[{\"type\":\"image_generation\"}]|image_generation",
                "[{\"type\":\"computer_use_preview\"}]|computer_use_preview",
                "[{\"type\":\"tool_of_next_year\"}]|tool_of_next_year",
                "[{\"t\\u0079pe\":\"web_search\"}]|web_search",
                "[{\"type\":\"function\",\"type\":\"web_search\"}]|web_search",
                "[{\"google_search\":{}}]|unknown",
                "[{\"type\":7}]|unknown",
                "{\"type\":\"function\"}|tools",
                "nonsense|tools"
            })
    void what_is_not_known_to_be_free_is_a_tool_that_costs(String json, String tool) {
        Extras extras = read(Endpoint.RESPONSES, Map.of("tools", json));

        assertThat(extras.tools()).isEqualTo(tool == null ? Map.of() : Map.of(tool, "tools"));
    }

    @Test
    void members_that_make_a_backend_search_are_tools_too() {
        assertThat(read(Endpoint.CHAT, Map.of("web_search_options", "{}")).tools())
                .isEqualTo(Map.of("web_search", "web_search_options"));
        assertThat(read(Endpoint.CHAT, Map.of("search_parameters", "{\"mode\":\"on\"}"))
                        .tools())
                .isEqualTo(Map.of("search_parameters", "search_parameters"));
        assertThat(read(Endpoint.CHAT, Map.of("plugins", "[{\"id\":\"web\"}]")).tools())
                .isEqualTo(Map.of("plugins", "plugins"));
        assertThat(read(Endpoint.CHAT, Map.of("web_search_options", "null")).tools())
                .isEmpty();
    }

    @Test
    void a_model_that_always_searches_uses_the_tool_unasked() {
        Extras extras = ExtrasReader.read(Endpoint.CHAT, Map.<String, String>of()::get, "gpt-4o-search-preview");

        assertThat(extras.tools()).isEqualTo(Map.of("web_search", "model"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"flex\"|flex",
                "\"\\u0066lex\"|flex",
                "null|",
                "7|7",
                "{}|{}",
            })
    void the_tier_is_read_as_the_backend_will(String json, String tier) {
        assertThat(read(Endpoint.CHAT, Map.of("service_tier", json)).tier()).isEqualTo(tier);
    }

    @Test
    void counts_what_multiplies() {
        assertThat(read(Endpoint.RESPONSES, Map.of("max_tool_calls", "7")).mostToolCalls())
                .isEqualTo(7);
        assertThat(read(Endpoint.RESPONSES, Map.of("max_tool_calls", "1e99")).mostToolCalls())
                .isEqualTo(1_000_000_000);
        assertThat(read(Endpoint.IMAGES, Map.of("n", "4")).answers()).isEqualTo(4);
        assertThat(read(Endpoint.IMAGES, Map.of("n", "-4")).answers()).isEqualTo(1);
    }

    @Test
    void sound_is_found_where_it_is_and_not_where_it_is_only_spoken_of() {
        assertThat(sound("{\"messages\":[{\"content\":[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"\"}}]}]}"))
                .isTrue();
        assertThat(sound("{\"messages\":[{\"content\":\"what is input_audio?\"}]}"))
                .isFalse();
        assertThat(read(Endpoint.CHAT, Map.of("modalities", "[\"text\",\"audio\"]"))
                        .soundOut())
                .isTrue();
        assertThat(read(Endpoint.CHAT, Map.of("modalities", "[\"text\"]")).soundOut())
                .isFalse();
    }

    private static boolean sound(String body) {
        return ExtrasReader.hasSound(body.getBytes(StandardCharsets.UTF_8));
    }

    private static Extras read(Endpoint endpoint, Map<String, String> members) {
        return ExtrasReader.read(endpoint, members::get, "gpt-x");
    }
}
