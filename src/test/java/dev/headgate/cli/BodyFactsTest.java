// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyFactsTest {
    @Test
    void sees_model_stream_and_top_level_members_only() {
        BodyFacts facts = read("{\"messages\":[{\"model\":\"inner\"}],\"model\":\"chat\",\"stream\":true,\"n\":1}");

        assertThat(facts.model()).isEqualTo("chat");
        assertThat(facts.stream()).isTrue();
        assertThat(facts.asksUsage()).isFalse();
        assertThat(facts.isCompletion()).isTrue();
        assertThat(facts.members()).containsOnlyKeys("messages", "model", "stream", "n");
    }

    @Test
    void sees_that_the_client_asks_for_usage_itself() {
        assertThat(read("{\"stream_options\":{\"x\":[1],\"include_usage\":true}}")
                        .asksUsage())
                .isTrue();
        assertThat(read("{\"stream_options\":{\"include_usage\":false}}").asksUsage())
                .isFalse();
        assertThat(read("{\"stream_options\":null,\"stream\":\"yes\"}").stream())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]          | not a JSON object",
                "''          | not a JSON object",
                "{'a':       | line 1",
                "{'a': 1} {} | goes on",
                "{'a': tru}  | line 1, column",
            },
            quoteCharacter = '~')
    void says_what_is_wrong_with_a_body(String json, String message) {
        String text = json.equals("''") ? "" : json.replace('\'', '"');

        assertThatThrownBy(() -> read(text)).isInstanceOf(Failure.class).hasMessageContaining(message);
    }

    private static BodyFacts read(String json) {
        return BodyFacts.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
