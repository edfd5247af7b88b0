// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Target;
import dev.headgate.testkit.Sample;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelNamesTest {
    private final ModelNames names = new ModelNames(2);

    @Test
    void tells_only_so_many_names_apart_that_clients_invent() {
        assertThat(of("acme", "2026-11-21", "up/a")).isEqualTo("up/a");
        assertThat(of("acme", "2026-11-21", "up/b")).isEqualTo("up/b");
        assertThat(of("acme", "2026-11-21", "up/c")).isEqualTo("*");
        assertThat(of("acme", "2026-11-21", "up/a")).isEqualTo("up/a");
        assertThat(of("beta", "2026-11-21", "up/c")).as("another tenant's").isEqualTo("up/c");
        assertThat(names.of(origin("acme", "2026-11-21"), Sample.target("b"))).isEqualTo("m");
    }

    @Test
    void begins_anew_with_the_day_and_lets_calls_of_the_day_before_end() {
        of("acme", "2026-11-21", "up/a");
        of("acme", "2026-11-21", "up/b");

        assertThat(of("acme", "2026-11-22", "up/c")).isEqualTo("up/c");
        assertThat(of("acme", "2026-11-21", "up/d")).isEqualTo("up/d");
        assertThat(of("acme", "2026-11-22", "up/e")).isEqualTo("*");
    }

    @Test
    void keeps_no_name_that_is_very_long() {
        assertThat(of("acme", "2026-11-21", "x".repeat(201))).isEqualTo("*");
        assertThat(of("acme", "2026-11-21", "x".repeat(200))).hasSize(200);
    }

    private String of(String tenant, String day, String model) {
        return names.of(origin(tenant, day), new Target(model, Sample.backend("up"), null, Map.of(), Map.of(), false));
    }

    private static UsageOrigin origin(String tenant, String day) {
        return new UsageOrigin(tenant, "web", "up/*", day);
    }
}
