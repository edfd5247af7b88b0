// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * A gateway that counts in a Redis, and its healthy backend. It has a tenant for every {@code whenStoreDown}, named after it: {@code local} may
 * make 4 calls at once and one more a minute, the others have a budget for a day, of 100 calls.
 */
final class LimitedGateway implements AutoCloseable {
    static final int LOCAL_CALLS = 4;
    /** Two percent of the budget. */
    static final int ALLOWANCE = 2;

    static final long NANO_DOLLARS_A_CALL = 1_000_000;
    static final List<String> BUDGETS = List.of("allowance", "deny", "allow");
    private static final String LOCAL = "{ requestsPerHour: { limit: 60, burst: 4, whenStoreDown: local } }";

    final GatewayFixture fixture;
    final Log log = new Log();
    private final FakeUpstream upstream = FakeUpstream.start().always(Behaviour.chat("ok"));
    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, List<Answer>> answers = new LinkedHashMap<>();

    /** @param more tenants with a budget that nobody may go beyond alone */
    LimitedGateway(String redis, String... more) {
        StringBuilder tenants = new StringBuilder("tenants:\n");
        tenants.append(GatewayFixture.tenant("local", key("local"), "limits: [" + LOCAL + "]"));
        for (String policy : BUDGETS) {
            tenants.append(tenant(policy, policy));
        }
        for (String name : more) {
            tenants.append(tenant(name, "deny"));
        }
        fixture = GatewayFixture.start(
                "auth: keys\nserver: { exposeHeaders: true }\n"
                        + "state: { store: redis, url: env:REDIS_URL, timeout: 250ms, dir: data }\n",
                """
                version: 1
                backends: { up: { baseUrl: "%s", auth: none } }
                models: { m: { backend: up, price: { input: 0, output: 0, perRequest: 0.001 } } }
                routes: { chat: { stable: m } }
                """.formatted(upstream.baseUrl()) + tenants,
                Map.of("REDIS_URL", redis));
    }

    private static String tenant(String name, String policy) {
        return GatewayFixture.tenant(
                name, key(name), "limits: [{ usdPerDay: { limit: 0.1, whenStoreDown: " + policy + " } }]");
    }

    private static String key(String tenant) {
        return KeyFormat.create(new Random(tenant.hashCode()));
    }

    Answer call(String tenant) {
        try {
            Answer answer = Answer.of(client.send(
                    fixture.request("/chat/completions")
                            .header("authorization", "Bearer " + key(tenant))
                            .header("content-type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(FaultGateway.body("chat", false)))
                            .build(),
                    BodyHandlers.ofInputStream()));
            answers.computeIfAbsent(tenant, name -> new ArrayList<>()).add(answer);
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Calls until an answer was decided by Redis. */
    void awaitExact(String tenant) {
        eventually("decided by Redis", () -> {
            Answer answer = call(tenant);
            return answer.status() == 200 && !isLocal(answer);
        });
    }

    static boolean isLocal(Answer answer) {
        return !answer.header("x-headgate-quota-mode").isEmpty();
    }

    boolean asksRedis() {
        return fixture.metric("headgate_quota_store_exact") == 1;
    }

    /** What some calls of a tenant get one after the other from this process alone, each kind of answer once. */
    String wordsAlone(String tenant, int calls) {
        List<Answer> some = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            some.add(call(tenant));
        }
        assertThat(some).as(tenant).allMatch(LimitedGateway::isLocal);
        return some.stream().map(Answer::words).distinct().collect(Collectors.joining(", then "));
    }

    long served(String tenant) {
        return answers.getOrDefault(tenant, List.of()).stream()
                .filter(answer -> answer.status() == 200)
                .count();
    }

    /** What the calls of a tenant that were served cost together. */
    String spent(String tenant) {
        return Long.toString(served(tenant) * NANO_DOLLARS_A_CALL);
    }

    /** Every call has one record, and the backend was asked for those that were served and for no other. */
    void assertOneRecordEach() {
        fixture.awaitIdle();
        answers.forEach((tenant, told) -> {
            eventually("records of " + tenant, () -> log.linesOf(tenant).size() >= told.size());
            assertThat(log.linesOf(tenant))
                    .hasSize(told.size())
                    .extracting(line -> line.get("status"))
                    .isEqualTo(told.stream()
                            .map(answer -> (Object) answer.status())
                            .toList());
        });
        assertThat(upstream.requests())
                .hasSize(answers.keySet().stream()
                        .mapToInt(tenant -> (int) served(tenant))
                        .sum());
        assertThat(log.text()).doesNotContain(FaultGateway.PROMPT);
    }

    @Override
    public void close() {
        log.close();
        client.close();
        fixture.close();
        upstream.close();
    }
}
