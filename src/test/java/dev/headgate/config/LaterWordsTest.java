// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words of the vocabulary that are not built yet are refused as such, so that nobody believes that they work. */
class LaterWordsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|flags rollouts checks experiment prompt context",
                "defaults|cache",
                "backends.x|dedicatedTo keepStableWarm",
                "models.x|prompt context",
                "routes.x|split flag stickyBy rollout experiment prompt context cache",
                "tenants.x|logBodies",
                "tenants.x.keys.y|may"
            })
    void are_refused(String path, String words) {
        String[] keys = path == null ? new String[0] : path.split("\\.");
        for (String word : words.split(" ", -1)) {
            String yaml = word + ": 1";
            for (int i = keys.length - 1; i >= 0; i--) {
                yaml = keys[i] + ": { " + yaml + " }";
            }
            assertThat(Reading.of(yaml + "\n").problems()).as(yaml).anySatisfy(p -> {
                assertThat(p.code()).isEqualTo("K002");
                assertThat(p.message()).startsWith("\"" + word + "\"");
            });
        }
    }

    @Test
    void the_schema_does_not_offer_them() {
        assertThat(JsonSchema.routes()).doesNotContain("\"logBodies\"").doesNotContain("\"rollout\"");
        assertThat(JsonSchema.headgate()).doesNotContain("\"requestLog\"");
    }
}
