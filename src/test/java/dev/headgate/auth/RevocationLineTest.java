// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RevocationLineTest {
    @Test
    void gives_back_every_letter() {
        Revocation revocation = new Revocation(
                "ab".repeat(32), "acme", "web", "\"a\" \\ b\u2028 ü", Instant.parse("2026-11-21T09:00:00Z"));

        assertThat(RevocationLine.read(RevocationLine.of(revocation))).isEqualTo(revocation);
        assertThat(RevocationLine.of(revocation)).doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "1",
                "\"x\"",
                "{",
                "{}",
                "{\"digest\":5}",
                "{\"digest\":\"ab\",\"at\":7}",
                "\0\0\0"
            })
    void what_is_something_else_is_no_revocation(String line) {
        assertThat(RevocationLine.read(line)).isNull();
    }
}
