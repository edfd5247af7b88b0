// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.call.Backend;
import dev.headgate.call.BackendView;
import dev.headgate.call.GuardListener.BreakerPhase;
import dev.headgate.call.Guards;
import dev.headgate.call.Secret;
import dev.headgate.testkit.Documents;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackendsPageTest {
    private static final String PAGE = "docs/reference/admin.md";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final BackendView BUSY = new BackendView(
            "blue",
            false,
            12,
            new BackendView.Slots(true, 64, 12, 3),
            List.of(
                    new BackendView.Credential(0, new BackendView.Parked(401, 212)),
                    new BackendView.Credential(1, null)),
            new BackendView.Retries(480, 41),
            List.of(
                    new BackendView.Model("big", BreakerPhase.HALF_OPEN, 480, 3, 2, 312_449_000, 1_840_200_000, 11),
                    new BackendView.Model("*", BreakerPhase.CLOSED, 1, 0, 0, 0, 0, 1)));

    @Test
    void tells_all_that_is_known_of_a_backend() throws IOException {
        JsonNode blue =
                page(List.of(BUSY), backend("blue", null)).path("backends").path(0);

        assertThat(blue).isEqualTo(JSON.readTree("""
                {
                  "name": "blue", "on": true, "healthy": false, "inFlight": 12,
                  "bulkhead": {"adaptive": true, "limit": 64, "inUse": 12, "waiting": 3},
                  "credentials": [
                    {"index": 0, "parked": true, "status": 401, "secondsLeft": 212}, {"index": 1, "parked": false}],
                  "retries": {"requests": 480, "left": 41},
                  "models": [
                    {"name": "big", "breaker": "half_open", "calls": 480, "failed": 3, "slow": 2, "firstTokenMs": 312.4, "answerMs": 1840.2,
                     "inFlight": 11},
                    {"name": "*", "breaker": "closed", "calls": 1, "failed": 0, "slow": 0, "inFlight": 1}]
                }
                """));
    }

    @Test
    void tells_why_a_backend_is_off_and_leaves_out_what_nobody_knows() throws IOException {
        JsonNode page = page(List.of(), backend("green", "the variable GREEN_KEY is not set"), backend("blue", null));

        assertThat(page).isEqualTo(JSON.readTree("""
                {"revision": "r1", "backends": [
                  {"name": "green", "on": false, "reason": "the variable GREEN_KEY is not set"},
                  {"name": "blue", "on": true}]}
                """));
    }

    @Test
    void the_document_names_every_member() throws IOException {
        JsonNode blue =
                page(List.of(BUSY), backend("blue", "off")).path("backends").path(0);

        assertThat(names(blue)).containsExactlyInAnyOrderElementsOf(listed("## GET /admin/backends"));
    }

    private static JsonNode page(List<BackendView> views, Backend... backends) throws IOException {
        Map<String, Object> page = BackendsPage.page("r1", List.of(backends), views);
        return JSON.readTree(JSON.writeValueAsBytes(page));
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<String> listed(String heading) {
        return Documents.firstColumn(PAGE, heading).stream()
                .flatMap(cell -> Stream.of(cell.split(", ")))
                .toList();
    }

    private static Backend backend(String name, @Nullable String offReason) {
        return new Backend(
                name,
                Backend.Dialect.OPENAI,
                null,
                new Backend.Auth.Bearer(),
                List.of(new Secret("canary-1"), new Secret("canary-2")),
                Map.of(),
                null,
                null,
                null,
                null,
                true,
                Guards.DEFAULT,
                offReason);
    }
}
