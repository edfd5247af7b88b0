// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.resilience.Health.Phase;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthTest {
    @ParameterizedTest
    @CsvSource({
        "200,true",
        "204,true",
        "301,true",
        "401,true",
        "404,true",
        "429,true",
        "499,true",
        "500,false",
        "529,false"
    })
    void whoever_answers_is_alive_unless_it_says_that_it_is_broken(int status, boolean alive) {
        assertThat(Health.isAlive(status)).isEqualTo(alive);
    }

    @ParameterizedTest
    @CsvSource({
        "'',     UNKNOWN",
        "+,      HEALTHY",
        "-,      UNKNOWN",
        "--,     UNHEALTHY",
        "-+-,    HEALTHY",
        "+-,     HEALTHY",
        "+--,    UNHEALTHY",
        "+---,   UNHEALTHY",
        "+--+,   HEALTHY",
        "+--+-,  HEALTHY",
        "+--+--, UNHEALTHY"
    })
    void two_bad_checks_in_a_row_make_it_unhealthy_and_one_good_one_heals_it(String checks, Phase phase) {
        Health health = Health.UNKNOWN;
        for (int i = 0; i < checks.length(); i++) {
            health = checks.charAt(i) == '+' ? health.afterGood() : health.afterBad();
        }
        assertThat(health.phase()).isEqualTo(phase);
        assertThat(health.allowsCalls()).isEqualTo(phase != Phase.UNHEALTHY);
    }
}
