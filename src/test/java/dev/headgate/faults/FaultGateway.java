// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.auth.KeyFormat;
import dev.headgate.http.Times;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RawSocket;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;

/**
 * A gateway with two tenants, of whom {@code acme} has the calls that go wrong, and everything by which a call can be followed:
 * what its client got, what was counted and what was logged.
 */
final class FaultGateway implements AutoCloseable {
    static final String ACME = KeyFormat.create(new SecureRandom());
    static final String GLOBEX = KeyFormat.create(new SecureRandom());

    /** Stands in every prompt, and must stand in no log. */
    static final String PROMPT = "canary-prompt";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    final GatewayFixture fixture;
    final Log log = new Log();
    private final HttpClient client = HttpClient.newHttpClient();

    /** @param routes without tenants; routes {@code neighbour*} are those of the other tenant */
    FaultGateway(String routes, Times times) {
        this(routes, times, "");
    }

    /** @param more further words of the tenant acme */
    FaultGateway(String routes, Times times, String more) {
        String tenants = "tenants:\n"
                + GatewayFixture.tenant("acme", ACME, "mayUse: [\"*\"]\n    " + more)
                + GatewayFixture.tenant("globex", GLOBEX, "mayUse: [\"neighbour*\"]");
        fixture = GatewayFixture.start("auth: keys\nserver: { exposeHeaders: true }\n", routes + tenants, times);
    }

    /**
     * One call, and what became of it.
     *
     * @param requests calls that ended, by status class and error
     * @param tries by backend and outcome
     * @param fallbacks by reason
     * @param line the access line
     */
    record Told(
            Answer answer,
            Map<String, Integer> requests,
            Map<String, Integer> tries,
            Map<String, Integer> fallbacks,
            Map<String, Object> line) {}

    static String body(String route, boolean stream) {
        return "{\"model\":\"%s\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                .formatted(route, stream, PROMPT);
    }

    /** The bytes of a call of acme. */
    static String raw(String body) {
        return RawSocket.post("/chat/completions", body)
                .replace("Host:", "Authorization: Bearer " + ACME + "\r\nHost:");
    }

    /** Calls as acme, waits until it is over, and looks at everything that tells of it. */
    Told tell(String route, boolean stream) {
        Counts before = counts();
        int lines = log.linesOf("acme").size();
        Answer answer = call(ACME, body(route, stream));
        fixture.awaitIdle();
        GatewayFixture.eventually("an access line", () -> log.linesOf("acme").size() > lines);
        assertThat(log.linesOf("acme")).as("one access line for one call").hasSize(lines + 1);
        Counts after = counts();
        return new Told(
                answer,
                after.since(before, "llm_requests_total", "route=\"" + route + "\"", "status", "error"),
                after.since(before, "llm_upstream_attempts_total", "", "backend", "outcome"),
                after.since(before, "headgate_fallbacks_total", "route=\"" + route + "\"", "reason"),
                log.linesOf("acme").getLast());
    }

    Answer call(String key, String body) {
        try {
            HttpRequest request = fixture.request("/chat/completions")
                    .header("authorization", "Bearer " + key)
                    .header("content-type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return Answer.of(client.send(request, BodyHandlers.ofInputStream()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** One call of acme after the other. */
    Runnable calling(String route, boolean stream) {
        return () -> call(ACME, body(route, stream));
    }

    Counts counts() {
        return Counts.of(fixture.metrics());
    }

    /** What {@code GET /admin/backends} shows of one backend. */
    JsonNode backend(String name) {
        try {
            for (JsonNode backend :
                    MAPPER.readTree(fixture.admin("/admin/backends").body()).path("backends")) {
                if (backend.path("name").asText().equals(name)) {
                    return backend;
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        throw new AssertionError("no backend " + name);
    }

    /** No call, no try and no slot is left, and nothing secret was logged. */
    void assertNothingLeft(List<String> backends) {
        fixture.awaitIdle();
        for (String name : backends) {
            GatewayFixture.eventually(
                    "no tries at " + name, () -> backend(name).path("inFlight").asInt(-1) == 0);
        }
        assertThat(log.text()).doesNotContain(PROMPT, ACME, GLOBEX);
    }

    @Override
    public void close() {
        log.close();
        client.close();
        fixture.close();
    }
}
