// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a problem shows ends up in logs, in CI and on the admin port. */
class SecrecyTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "apiKeys: [TOPSECRET]",
                "apiKeys: TOPSECRET",
                "apiKeys: { a: TOPSECRET }",
                "apiKeys: [[TOPSECRET]]",
                "apiKey: [TOPSECRET]",
                "api_key: TOPSECRET",
                "password: \"TOPSECRET\"",
                "auth: TOPSECRET",
                "auth: \"header:TOP SECRET TOPSECRET\"",
                "headers: { Authorization: Bearer TOPSECRET }",
                "baseUrl: \"https://me:TOPSECRET@h/v1\"",
                "proxy: \"http://me:TOPSECRET@h:1\"",
                "apiKeys: [TOPSECRET, %]"
            })
    void no_problem_ever_shows_a_secret(String word) {
        List<Problem> problems = Reading.of("backends: { x: { typo: 1, " + word + ", typo2: 2 } }\n")
                .problems();
        assertThat(problems)
                .isNotEmpty()
                .noneSatisfy(p -> assertThat(p.toString()).contains("TOPSECRET"));
        assertThat(ProblemPrinter.json(problems)).doesNotContain("TOPSECRET");
    }

    @Test
    void no_problem_shows_a_key_that_was_pasted_in_place_of_its_digest() {
        assertThat(Reading.of("tenants: { t: { keys: { k: { sha256: [hg_TOPSECRET], x: 1 } } } }\n")
                        .problems()
                        .toString())
                .contains("T003")
                .doesNotContain("TOPSECRET");
    }
}
