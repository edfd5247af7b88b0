// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TokensTest {
    @Property
    void pieces_join_to_the_text_and_are_as_many_as_counted(@ForAll String text) {
        var pieces = Tokens.split(text);
        assertThat(String.join("", pieces)).isEqualTo(text);
        assertThat(pieces).hasSize(Tokens.count(text));
    }

    @Property
    void no_surrogate_pair_is_torn(@ForAll String text) {
        for (var pieces = Tokens.split(text + "\ud83c\udf89".repeat(30)).iterator(); pieces.hasNext(); ) {
            var piece = pieces.next();
            assertThat(pieces.hasNext() && piece.endsWith("\ud83c")).isFalse();
        }
    }

    @Test
    void a_token_is_a_word_with_the_space_before_it() {
        assertThat(Tokens.split(" one  two\nthree ")).containsExactly(" one", "  two", "\nthree", " ");
        assertThat(Tokens.split("")).isEmpty();
    }
}
