// SPDX-License-Identifier: Apache-2.0
package dev.headgate.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuditLineTest {
    @Test
    void a_line_says_what_was_done_by_whom_and_why_and_which_line_it_follows() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("before", Map.of("used", 7));
        facts.put("after", Map.of("used", 0));
        AuditLine.Change change = new AuditLine.Change(
                "c1", "limits.reset", "tenant/acme/requestsPerDay", "a \"loop\"\nran away", "127.0.0.1");

        String json = new AuditLine(Instant.EPOCH, change, AuditLine.Outcome.DONE, facts).json(AuditLine.NO_LINE);

        assertThat(json)
                .isEqualTo("{\"time\":\"1970-01-01T00:00:00Z\",\"change\":\"c1\",\"action\":\"limits.reset\","
                        + "\"what\":\"tenant/acme/requestsPerDay\",\"reason\":\"a \\\"loop\\\"\\nran away\","
                        + "\"from\":\"127.0.0.1\",\"outcome\":\"done\",\"before\":{\"used\":7},\"after\":{\"used\":0},"
                        + "\"prev\":\"" + "0".repeat(64) + "\"}");
    }

    @Test
    void a_mark_is_the_begin_of_a_digest() {
        // The SHA-256 of "abc" (FIPS 180-2, B.1) begins with ba7816bf.
        assertThat(AuditLine.mark("abc")).isEqualTo("ba7816bf");
    }
}
