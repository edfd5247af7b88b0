// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Usage;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TokenCorrectionTest {
    private static final PromptEstimate HUNDRED = new PromptEstimate(100, Script.PLAIN, 0, 1);
    private static final PromptEstimate FOREIGN = new PromptEstimate(100, Script.FOREIGN, 0, 1);

    private final TokenCorrection correction = new TokenCorrection();

    @Test
    void leaves_a_model_that_it_does_not_know_as_it_is() {
        assertThat(correction.prompt("m", HUNDRED)).isEqualTo(100);
    }

    @Test
    void believes_the_first_call_and_averages_the_rest() {
        learn("m", HUNDRED, 150);
        assertThat(correction.prompt("m", HUNDRED)).isEqualTo(150);
        assertThat(correction.prompt("m", new PromptEstimate(10, Script.PLAIN, 0, 1)))
                .isEqualTo(15);
        learn("m", HUNDRED, 96);
        assertThat(correction.prompt("m", HUNDRED)).isEqualTo(120);
        assertThat(correction.prompt("other", HUNDRED)).isEqualTo(100);
    }

    @Test
    void follows_a_model_that_changes() {
        for (int i = 0; i < 1_000; i++) {
            learn("m", HUNDRED, 100);
        }
        for (int i = 0; i < 200; i++) {
            learn("m", HUNDRED, 200);
        }
        assertThat(correction.prompt("m", HUNDRED)).isBetween(195L, 200L);
    }

    @Test
    void keeps_scripts_apart() {
        learn("m", FOREIGN, 140);

        assertThat(correction.prompt("m", FOREIGN)).isEqualTo(140);
        assertThat(correction.prompt("m", HUNDRED)).isEqualTo(100);
    }

    @Test
    void is_not_carried_away_by_one_absurd_count() {
        learn("m", HUNDRED, 1_000_000_000);
        assertThat(correction.prompt("m", HUNDRED)).isEqualTo(800);
        correction.learn("n", "r", HUNDRED, new Usage(0, 1, 0, 0));
        correction.learn("n", "r", PromptEstimate.NONE, new Usage(50, 1, 0, 0));
        assertThat(correction.prompt("n", HUNDRED)).isEqualTo(100);
    }

    @Test
    void never_expects_more_output_than_half_a_small_limit_on_a_first_call() {
        assertThat(correction.output("r", HUNDRED, 500)).isEqualTo(500);
        assertThat(correction.output("r", HUNDRED, 1_000_000)).isEqualTo(TokenCorrection.UNKNOWN_OUTPUT);
    }

    @Test
    void takes_the_clients_own_limit_as_it_is() {
        assertThat(correction.output("r", new PromptEstimate(1, Script.PLAIN, 700, 1), 500))
                .isEqualTo(700);
        assertThat(correction.output("r", new PromptEstimate(1, Script.PLAIN, 700, 3), 500))
                .isEqualTo(2_100);
    }

    @Test
    void learns_how_long_a_routes_answers_are() {
        for (int length = 1; length <= 100; length++) {
            output("r", length);
        }
        assertThat(correction.output("r", HUNDRED, 10_000)).isBetween(95L, 119L);
        assertThat(correction.output("r", new PromptEstimate(1, Script.PLAIN, 0, 2), 10_000))
                .isBetween(190L, 238L);
        assertThat(correction.output("other", HUNDRED, 10_000)).isEqualTo(TokenCorrection.UNKNOWN_OUTPUT);
    }

    @Test
    void forgets_lengths_of_long_ago() {
        for (int i = 0; i < 1_000; i++) {
            output("r", 5_000);
        }
        for (int i = 0; i < 6_000; i++) {
            output("r", 10);
        }
        assertThat(correction.output("r", HUNDRED, 10_000)).isBetween(10L, 12L);
    }

    @Test
    void shares_one_record_among_names_beyond_its_bound() {
        for (int i = 0; i < 1_000; i++) {
            learn("m" + i, HUNDRED, 100);
        }
        learn("late", HUNDRED, 300);

        assertThat(correction.prompt("later", HUNDRED)).isEqualTo(300);
        assertThat(correction.prompt("m999", HUNDRED)).isEqualTo(100);
    }

    @Test
    void forgets_names_that_the_configuration_no_longer_has() {
        learn("m", HUNDRED, 150);
        learn("n", FOREIGN, 150);
        correction.retain(Set.of("n"), Set.of());

        assertThat(correction.prompt("m", HUNDRED)).isEqualTo(100);
        assertThat(correction.prompt("n", FOREIGN)).isEqualTo(150);
    }

    private void learn(String model, PromptEstimate estimate, long real) {
        correction.learn(model, "some", estimate, new Usage(real, 1, 0, 0));
    }

    private void output(String route, long tokens) {
        correction.learn("m", route, HUNDRED, new Usage(100, tokens, 0, 0));
    }
}
