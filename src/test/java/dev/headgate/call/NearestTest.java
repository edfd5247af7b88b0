// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class NearestTest {
    @Test
    void finds_the_name_that_was_meant() {
        assertThat(Nearest.to("gpt-4", List.of("gpt-5-nano", "gpt-4o", "llama")))
                .isEqualTo("gpt-4o");
        assertThat(Nearest.to("base_url", List.of("auth", "baseUrl"))).isEqualTo("baseUrl");
        assertThat(Nearest.to("fallbakc", List.of("fallback", "backend"))).isEqualTo("fallback");
    }

    @Test
    void finds_nothing_where_nothing_is_near() {
        assertThat(Nearest.to("zebra", List.of("auth", "baseUrl"))).isNull();
        assertThat(Nearest.to("x", List.of())).isNull();
        assertThat(Nearest.to("", List.of("auth"))).isNull();
    }

    @Property
    void distance_is_a_symmetric_count_of_edits(
            @ForAll @AlphaChars @StringLength(max = 12) String a,
            @ForAll @AlphaChars @StringLength(max = 12) String b) {
        int distance = Nearest.distance(a, b);
        assertThat(distance).isEqualTo(Nearest.distance(b, a));
        assertThat(distance).isBetween(Math.abs(a.length() - b.length()), Math.max(a.length(), b.length()));
        assertThat(distance == 0).isEqualTo(a.equals(b));
    }

    @Property
    void one_lost_letter_of_a_long_name_is_always_forgiven(
            @ForAll @AlphaChars @StringLength(min = 4, max = 20) String name) {
        assertThat(Nearest.to(name.substring(1), List.of(name))).isEqualTo(name);
    }
}
