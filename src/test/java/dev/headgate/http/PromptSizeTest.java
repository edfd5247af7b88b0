// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PromptSizeTest {
    @Test
    void is_never_more_than_a_tokenizer_would_count() {
        // 1,000 times the same nine words: ten tokens each with the o200k vocabulary, 44 bytes.
        String text = "the quick brown fox jumps over the lazy dog.".repeat(1_000);
        assertThat(tokens(text)).isBetween(5_000L, 10_000L);
    }

    @Test
    void does_not_take_data_for_text() {
        String image = "data:image/png;base64," + "iVBORw0KGgo".repeat(100_000);
        assertThat(tokens(image)).isLessThan(10);
    }

    @Test
    void does_not_end_a_string_at_an_escaped_quote() {
        assertThat(tokens("a\\\"b ".repeat(600))).isEqualTo(tokens("ab ".repeat(600)));
    }

    @Test
    void counts_nothing_outside_strings() {
        assertThat(PromptSize.leastTokens(("{\"n\":" + "1".repeat(10_000) + "}").getBytes(UTF_8)))
                .isZero();
    }

    private static long tokens(String text) {
        return PromptSize.leastTokens(("{\"messages\":[{\"content\":\"" + text + "\"}]}").getBytes(UTF_8));
    }
}
