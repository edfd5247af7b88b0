// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Scope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LimitShadowTest {
    private static final LimitRule DAY = LimitRule.of(LimitKind.REQUESTS_PER_DAY, 300);

    @Test
    void a_limit_below_what_is_used_would_refuse_now() {
        LimitShadow shadow = shadow(DAY, "{\"limit\":600,\"used\":412,\"remaining\":188,\"resetMs\":61000}");

        assertThat(shadow.text()).isEqualTo("running    600, used 412, resets in 1m1s: would refuse now");
        assertThat(shadow.facts())
                .containsEntry("limit", 600L)
                .containsEntry("used", 412L)
                .containsEntry("leftByFiles", 0L)
                .containsEntry("wouldRefuse", true);
    }

    @Test
    void a_limit_above_what_is_used_says_what_is_left_by_the_files() {
        LimitShadow shadow = shadow(DAY, "{\"limit\":100,\"used\":100,\"remaining\":0,\"resetMs\":0}");

        assertThat(shadow.text()).isEqualTo("running    100, used 100: 200 left");
        assertThat(shadow.wouldRefuse()).isFalse();
    }

    @Test
    void a_limit_that_observes_refuses_nothing() {
        LimitShadow shadow = shadow(DAY.observed(), "{\"limit\":600,\"used\":412}");

        assertThat(shadow.text()).isEqualTo("running    600, used 412: used up, and only observed");
        assertThat(shadow.wouldRefuse()).isFalse();
    }

    @Test
    void of_a_rate_the_burst_is_what_may_be_used_at_once() {
        LimitRule rate = LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 60).withBurst(10);

        assertThat(shadow(rate, "{\"limit\":600,\"burst\":100,\"used\":9}").text())
                .isEqualTo("running    600, burst 100, used 9: 1 left");
        assertThat(shadow(rate, "{\"limit\":600,\"burst\":100,\"used\":10}").wouldRefuse())
                .isTrue();
    }

    @Test
    void dollars_are_exact() {
        LimitShadow shadow =
                shadow(LimitRule.of(LimitKind.USD_PER_DAY, 250_000_000), "{\"limit\":\"5\",\"used\":\"0.249999999\"}");

        assertThat(shadow.text()).isEqualTo("running    5, used 0.249999999: 0.000000001 left");
    }

    @Test
    void what_only_one_side_has_is_said() {
        assertThat(shadow(DAY, null).text()).isEqualTo("running    not there: it would begin unused");
        assertThat(new LimitShadow("id", null, json("{\"limit\":5,\"used\":2}")).text())
                .isEqualTo("running    5, used 2: not in the files, and would end");
        assertThat(new LimitShadow("id", new Limit(new Scope(Scope.Type.USER, "*"), DAY), null).text())
                .isEqualTo("running    not asked for: name one with --user");
        assertThat(shadow(DAY, "{\"limit\":5}").text()).isEqualTo("running    5, not counted now");
    }

    private static LimitShadow shadow(LimitRule file, @Nullable String running) {
        return new LimitShadow("id", new Limit(Scope.tenant(), file), running == null ? null : json(running));
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }
}
