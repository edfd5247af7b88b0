// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Backend;
import dev.headgate.call.Guards;
import dev.headgate.call.Target;
import dev.headgate.call.Timeouts;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PromptTest {
    private static final Target SMALL = target("small", 4_000);
    private static final Target LARGE = target("large", 128_000);
    private static final Target UNKNOWN = target("unknown", 0);

    @Test
    void leaves_the_order_alone_while_the_prompt_fits() {
        Prompt.Fit fit = Prompt.fit(List.of(SMALL, LARGE), () -> List.of(UNKNOWN), () -> 4_000);
        assertThat(fit.targets()).containsExactly(SMALL, LARGE);
        assertThat(fit.tooSmall()).isEmpty();
    }

    @Test
    void does_not_count_tokens_where_no_window_is_known() {
        Prompt.Fit fit = Prompt.fit(List.of(UNKNOWN), List::of, () -> {
            throw new AssertionError("was asked");
        });
        assertThat(fit.targets()).containsExactly(UNKNOWN);
    }

    @Test
    void puts_the_larger_window_first_when_the_prompt_does_not_fit_the_first() {
        Prompt.Fit fit = Prompt.fit(List.of(SMALL, UNKNOWN), () -> List.of(LARGE), () -> 4_001);
        assertThat(fit.targets()).containsExactly(LARGE, UNKNOWN);
        assertThat(fit.tooSmall()).containsExactly(SMALL);
    }

    @Test
    void passes_over_a_fallback_that_is_too_small_and_keeps_the_first() {
        Prompt.Fit fit = Prompt.fit(List.of(LARGE, SMALL), () -> List.of(UNKNOWN), () -> 4_001);
        assertThat(fit.targets()).containsExactly(LARGE);
        assertThat(fit.tooSmall()).containsExactly(SMALL);
    }

    @Test
    void lets_the_backend_have_the_word_where_nothing_fits() {
        Prompt.Fit fit = Prompt.fit(List.of(SMALL), () -> List.of(LARGE), () -> 1_000_000);
        assertThat(fit.targets()).containsExactly(SMALL);
    }

    private static Target target(String name, long window) {
        Backend backend = new Backend(
                name,
                Backend.Dialect.DEMO,
                null,
                new Backend.Auth.None(),
                List.of(),
                Map.of(),
                null,
                null,
                null,
                null,
                true,
                Guards.DEFAULT,
                null);
        return new Target(name, backend, name, Map.of(), Map.of(), true, Timeouts.DEFAULT, window);
    }
}
