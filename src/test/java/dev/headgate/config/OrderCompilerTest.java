// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.routing.Choice;
import dev.headgate.routing.RetryRule;
import dev.headgate.routing.Route;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a route says about failures. */
class OrderCompilerTest {
    private static final String MODELS = """
            backends: { d: { type: demo } }
            models:
              small: { backend: d, contextWindow: 8k }
              same: { backend: d, contextWindow: 8k }
              large: { backend: d, contextWindow: 128k }
              unknown: { backend: d }
              pool: { of: { same: 50, large: 50 } }
            """;

    private static Route route(String routes, String name) {
        return requireNonNull(Reading.snapshotOf(MODELS + routes).routes().find(name));
    }

    @Test
    void detours_are_lists_of_their_own() {
        Route route = route(
                "routes: { r: { stable: small, fallback: [large], onContextTooLong: [large, unknown], onContentFilter: [pool] } }\n",
                "r");
        assertThat(route.order()).extracting(Choice::name).containsExactly("small", "large");
        assertThat(route.policy().onContextTooLong()).extracting(Choice::name).containsExactly("large", "unknown");
        assertThat(route.policy().onContentFilter()).extracting(Choice::name).containsExactly("pool");
    }

    @Test
    void a_member_of_the_stable_pool_may_take_what_is_too_long_for_another() {
        Route route = route("routes: { r: { stable: pool, onContextTooLong: [large] } }\n", "r");
        assertThat(route.policy().onContextTooLong()).hasSize(1);
    }

    @Test
    void a_routes_own_retry_wins_word_by_word() {
        String yaml = """
                defaults: { retry: { attempts: 5, backoff: 1s } }
                routes:
                  a: { stable: small }
                  b: { stable: small, retry: { attempts: 1 } }
                  "c*": { backend: d, retry: { backoff: 20ms..2s } }
                """;
        Duration second = Duration.ofSeconds(1);
        assertThat(route(yaml, "a").policy().retry()).isEqualTo(new RetryRule(5, second, second));
        assertThat(route(yaml, "b").policy().retry()).isEqualTo(new RetryRule(1, second, second));
        assertThat(route(yaml, "c").policy().retry())
                .isEqualTo(new RetryRule(5, Duration.ofMillis(20), Duration.ofSeconds(2)));
        assertThat(route("routes: { r: { stable: small } }\n", "r").policy().retry())
                .isEqualTo(RetryRule.DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"r: { stable: small, ", "\"r*\": { backend: d, "})
    void a_degraded_answer_may_stand_at_any_route(String route) {
        assertThat(route("routes:\n  " + route + "degraded: { answer: \" Later, please. \" } }\n", "r")
                        .policy()
                        .degraded())
                .isEqualTo(" Later, please. ");
    }

    @Test
    void an_answer_has_up_to_4000_characters_whatever_their_size() {
        String longest = "🙂".repeat(4_000);
        String yaml = "routes: { r: { stable: small, degraded: { answer: \"%s\" } } }\n";
        assertThat(route(yaml.formatted(longest), "r").policy().degraded()).isEqualTo(longest);
        assertThat(Reading.of(MODELS + yaml.formatted(longest + "x")).problems())
                .extracting(p -> p.code() + " " + p.message())
                .containsExactly("R007 degraded.answer has 4,001 characters");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stable: small, fallback: [small]|R003 route \"r\" tries model \"small\" twice",
                "stable: pool, fallback: [pool]|R003 route \"r\" tries pool \"pool\" twice",
                "stable: large, fallback: [pool]|R003 route \"r\" tries model \"large\" twice: alone and in pool \"pool\"",
                "stable: pool, fallback: [large]|R003 route \"r\" tries model \"large\" twice: in pool \"pool\" and alone",
                "stable: small, onContentFilter: [large, large]|R005 route \"r\" tries model \"large\" twice",
                "stable: small, onContentFilter: [large, pool]|R005 route \"r\" tries model \"large\" twice: alone and in pool \"pool\"",
                "stable: small, onContentFilter: [small]|R005 \"small\" is what route \"r\" tries first",
                "stable: unknown, onContextTooLong: [unknown]|R005 \"unknown\" is what route \"r\" tries first",
                "stable: small, onContextTooLong: [same]|R006 the contextWindow of \"same\" (8k) is not larger than the 8k of the stable model",
                "stable: small, onContextTooLong: [pool]|R006 the contextWindow of \"same\" (8k) is not larger than the 8k of the stable model",
                "stable: large, onContextTooLong: [small]|R006 the contextWindow of \"small\" (8k) is not larger than the 128k of the stable model",
                "stable: small, onContextTooLong: [nope]|R012 route \"r\" points to unknown model \"nope\"",
                "stable: small, onContentFilter: [nope]|R012 route \"r\" points to unknown model \"nope\"",
                "stable: small, onContentFilter: [same, large, unknown]|K005 routes.r.onContentFilter has 3 items; at most 2 can be given",
                "stable: small, degraded: { answer: \"  \" }|R007 degraded.answer is blank",
                "stable: small, degraded: {}|K003 routes.r.degraded has no \"answer\"",
                "stable: small, retry: { attempts: 0 }|K005 expected a number from 1 to 10, found \"0\"",
                "stable: small, retry: { attempts: 11 }|K005 expected a number from 1 to 10, found \"11\"",
                "stable: small, retry: { backoff: 0s }|K005 expected a duration from 1ms to 365d, found \"0s\"",
                "stable: small, retry: { backoff: 2s..1s }|K005 expected a range of durations that begins with the shorter one, found \"2s..1s\"",
                "stable: small, retry: { backoff: 50..500ms }|K004 expected a range of durations such as 50ms..500ms, found \"50..500ms\""
            })
    void refuses_a_route_with(String words, String problem) {
        assertThat(Reading.of(MODELS + "routes: { r: { " + words + " } }\n").problems())
                .extracting(p -> p.code() + " " + p.message())
                .containsExactly(problem);
    }

    @ParameterizedTest
    @CsvSource({"fallback, R003", "onContextTooLong, R005", "onContentFilter, R005"})
    void a_pattern_has_no_list_of_models(String word, String code) {
        assertThat(Reading.of(MODELS + "routes: { \"r*\": { backend: d, " + word + ": [small] } }\n")
                        .problems())
                .extracting(p -> p.code() + " " + p.message())
                .containsExactly(code + " a pattern such as \"r*\" has no " + word);
    }

    @Test
    void a_model_that_stands_twice_is_shown_with_the_reason() {
        assertThat(ProblemPrinter.text(Reading.of(MODELS + "routes:\n  r: { stable: large, fallback: [small, pool] }\n")
                        .problems()))
                .isEqualTo("""
                        error[R003]: route "r" tries model "large" twice: alone and in pool "pool"
                         --> routes.yaml:9:41
                          |
                        9 |   r: { stable: large, fallback: [small, pool] }
                          |                                         ^^^^
                          = hint: what failed is tried again as retry: says, without being named again
                        1 error.""");
    }
}
