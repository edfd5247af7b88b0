// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RedisServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What calls took, as operators read it: every call of a whole gateway once, with or without limits. */
final class AdminUsageIT {
    private static final String WEB = KeyFormat.create(new Random(1));
    private static final String BATCH = KeyFormat.create(new Random(2));
    private static final String BETA = KeyFormat.create(new Random(3));
    private static final ZoneId AUCKLAND = ZoneId.of("Pacific/Auckland");

    private final FakeUpstream upstream = FakeUpstream.start();
    private final FakeUpstream broken = FakeUpstream.start();
    private final List<GatewayFixture> gateways = new ArrayList<>();

    @AfterEach
    void stop() {
        gateways.forEach(GatewayFixture::close);
        upstream.close();
        broken.close();
    }

    @Test
    void counts_every_call_once_by_tenant_key_route_and_model() {
        GatewayFixture gateway = start("auth: keys\n", Map.of());
        chat(gateway, WEB, "chat", false);
        chat(gateway, WEB, "chat", true);
        chat(gateway, BATCH, "chat", false);
        chat(gateway, WEB, "free", false);
        chat(gateway, BETA, "up/made-up", false);
        chat(gateway, BETA, "up/made-up", false);

        // 11 tokens in at 1 dollar for a million, and five out at 9.
        assertThat(rows(gateway, "?by=tenant,key,route,model"))
                .containsExactly(
                        "acme batch chat m 1 11/5 0.000056 0 0",
                        "acme web chat m 2 22/10 0.000112 0 0",
                        "acme web free unpriced 1 11/5 0 1 0",
                        "beta web up/* up/made-up 2 22/10 0 2 0");
        assertThat(rows(gateway, "?by=tenant&tenant=acme")).containsExactly("acme 4 44/20 0.000168 1 0");
        assertThat(rows(gateway, "?by=model&key=web&route=chat")).containsExactly("m 2 22/10 0.000112 0 0");
    }

    @Test
    void a_call_of_another_target_counts_for_the_model_that_answered() {
        GatewayFixture gateway = start("auth: keys\n", Map.of());
        broken.always(Behaviour.error(503, "server_error", "away"));
        chat(gateway, WEB, "sturdy", false);

        assertThat(rows(gateway, "?by=route,model")).containsExactly("sturdy m 1 11/5 0.000056 0 0");
    }

    @Test
    void a_call_that_no_backend_answered_is_a_request_without_tokens_and_one_that_is_refused_is_none() {
        GatewayFixture gateway = start("auth: keys\n", Map.of());
        upstream.next(Behaviour.error(400, "invalid_request_error", "no"));
        chat(gateway, WEB, "chat", false);
        chat(gateway, WEB, "limited", false);
        assertThat(post(gateway, WEB, "limited", false).statusCode()).isEqualTo(429);
        assertThat(post(gateway, WEB, "nowhere", false).statusCode()).isEqualTo(404);

        assertThat(rows(gateway, "?by=route")).containsExactly("chat 1 0/0 0 0 0", "limited 1 11/5 0.000056 0 0");
    }

    @Test
    void an_answer_without_a_count_is_estimated_with_limits_and_without() {
        GatewayFixture gateway = start("auth: keys\n", Map.of());
        for (String key : List.of(WEB, BETA)) {
            upstream.next(Behaviour.json(
                    200,
                    "{\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hi\"}}]}"));
            chat(gateway, key, "chat", false);
        }
        List<JsonNode> rows = page(gateway, "?by=tenant");
        assertThat(rows).hasSize(2).allSatisfy(row -> {
            assertThat(row.get("requests").longValue()).isEqualTo(1);
            assertThat(row.get("estimated").longValue()).isEqualTo(1);
            assertThat(row.get("inputTokens").longValue()).isPositive();
            assertThat(row.get("outputTokens").longValue()).isPositive();
        });
    }

    @Test
    void calls_at_once_count_once_each() {
        GatewayFixture gateway = start("auth: keys\n", Map.of());
        List<CompletableFuture<Void>> calls = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String key = i % 2 == 0 ? WEB : BATCH;
            boolean stream = i % 3 == 0;
            calls.add(CompletableFuture.runAsync(() ->
                    assertThat(post(gateway, key, "chat", stream).statusCode()).isEqualTo(200)));
        }
        calls.forEach(CompletableFuture::join);

        gateway.awaitIdle();

        assertThat(rows(gateway, "?by=key"))
                .containsExactly("batch 20 220/100 0.00112 0 0", "web 20 220/100 0.00112 0 0");
    }

    @Test
    void days_are_the_tenants_own() {
        GatewayFixture gateway = start("auth: keys\n", Map.of());
        LocalDate before = LocalDate.now(AUCKLAND);
        chat(gateway, BETA, "chat", false);
        chat(gateway, WEB, "chat", false);
        LocalDate after = LocalDate.now(AUCKLAND);

        String query = "?by=window&from=" + before.minusDays(2) + "&to=" + after.plusDays(1) + "&tenant=";
        assertThat(page(gateway, query + "beta").getFirst().get("window").textValue())
                .isIn(before.toString(), after.toString());
        assertThat(page(gateway, query + "acme").getFirst().get("window").textValue())
                .isIn(
                        LocalDate.now(ZoneOffset.UTC).toString(),
                        LocalDate.now(ZoneOffset.UTC).minusDays(1).toString());
    }

    @Test
    void calls_without_keys_are_one_tenants() {
        GatewayFixture gateway = start("auth: none\n", Map.of());
        gateway.chat("chat");
        gateway.awaitIdle();

        assertThat(rows(gateway, "?by=tenant,key")).containsExactly("local anonymous 1 11/5 0.000056 0 0");
    }

    @Test
    void outlives_a_restart(@TempDir Path dir) {
        try (GatewayFixture before = GatewayFixture.start(dir, "auth: keys\n", routes(), Map.of())) {
            chat(before, WEB, "chat", false);
            chat(before, BETA, "chat", false);
        }
        GatewayFixture after = GatewayFixture.start(dir, "auth: keys\n", routes(), Map.of());
        gateways.add(after);
        chat(after, WEB, "chat", false);

        assertThat(rows(after, "?by=tenant")).containsExactly("acme 2 22/10 0.000112 0 0", "beta 1 11/5 0.000056 0 0");
    }

    @Test
    void two_gateways_on_one_redis_know_the_sum_and_each_its_own_part_without_it() {
        String settings = "auth: keys\nstate: { store: redis, url: env:REDIS_URL, timeout: 2s, dir: data }\n";
        try (RedisServer redis = RedisServer.start()) {
            Map<String, String> environment = Map.of("REDIS_URL", redis.url());
            GatewayFixture one = start(settings, environment);
            GatewayFixture two = start(settings, environment);
            chat(one, WEB, "chat", false);
            chat(two, WEB, "chat", false);
            chat(two, BETA, "free", false);
            gateways.remove(two);
            two.close();

            assertThat(rows(one, "?by=tenant")).containsExactly("acme 2 22/10 0.000112 0 0", "beta 1 11/5 0 1 0");
            assertThat(json(one, "").get("complete").booleanValue()).isTrue();

            redis.kill();
            JsonNode page = json(one, "?by=tenant");
            assertThat(page.get("complete").booleanValue()).isFalse();
            assertThat(page.get("reason").textValue()).contains("the shared store does not answer");
            assertThat(page.get("rows")).hasSize(1);
        }
    }

    @Test
    void says_what_is_wrong_with_a_question() {
        GatewayFixture gateway = start("auth: keys\n", Map.of());

        assertThat(gateway.admin("/admin/usage?window=dya").statusCode()).isEqualTo(400);
        assertThat(gateway.admin("/admin/usage?window=dya").body()).contains("did you mean day?");
        HttpResponse<String> unknown = gateway.admin("/admin/usage?tenant=akme");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("There is no tenant", "did you mean acme?");
        assertThat(page(gateway, "?tenant=acme")).isEmpty();
    }

    private GatewayFixture start(String settings, Map<String, String> environment) {
        GatewayFixture gateway = GatewayFixture.start(settings, routes(), environment);
        gateways.add(gateway);
        return gateway;
    }

    private String routes() {
        return """
                version: 1
                backends:
                  up: { baseUrl: "%s", auth: none }
                  away: { baseUrl: "%s", auth: none }
                models:
                  m: { backend: up, price: { input: 1, output: 9 } }
                  other: { backend: away, price: { input: 5, output: 5 } }
                  unpriced: { backend: up }
                routes:
                  chat: { stable: m }
                  free: { stable: unpriced }
                  limited: { stable: m }
                  sturdy: { stable: other, fallback: [m] }
                  "up/*": { backend: up }
                tenants:
                  acme:
                    limits: [{ tokensPerDay: 1M, requestsPerMinute: 6000 }]
                    perRoute: { limited: { requestsPerDay: 1 } }
                    keys:
                      web: { sha256: ["%s"] }
                      batch: { sha256: ["%s"] }
                """.formatted(upstream.baseUrl(), broken.baseUrl(), KeyFormat.digest(WEB), KeyFormat.digest(BATCH))
                + GatewayFixture.tenant("beta", BETA, "timeZone: Pacific/Auckland");
    }

    private static void chat(GatewayFixture gateway, String key, String model, boolean stream) {
        assertThat(post(gateway, key, model, stream).statusCode()).isIn(200, 400);
        gateway.awaitIdle();
    }

    private static HttpResponse<String> post(GatewayFixture gateway, String key, String model, boolean stream) {
        return gateway.send(gateway.request("/chat/completions")
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(GatewayFixture.chatBody(model, stream)))
                .build());
    }

    /** The names, requests, input/output tokens, dollars, unpriced and estimated calls of each row. */
    private static List<String> rows(GatewayFixture gateway, String query) {
        return page(gateway, query).stream().map(AdminUsageIT::text).toList();
    }

    private static String text(JsonNode row) {
        StringBuilder text = new StringBuilder();
        for (String name : List.of("window", "tenant", "key", "route", "model")) {
            if (row.has(name)) {
                text.append(row.get(name).textValue()).append(' ');
            }
        }
        return text.append(row.get("requests"))
                .append(' ')
                .append(row.get("inputTokens"))
                .append('/')
                .append(row.get("outputTokens"))
                .append(' ')
                .append(row.get("usd").textValue())
                .append(' ')
                .append(row.get("unpriced"))
                .append(' ')
                .append(row.get("estimated"))
                .toString();
    }

    private static List<JsonNode> page(GatewayFixture gateway, String query) {
        return StreamSupport.stream(json(gateway, query).get("rows").spliterator(), false)
                .toList();
    }

    private static JsonNode json(GatewayFixture gateway, String query) {
        HttpResponse<String> answer = gateway.admin("/admin/usage" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        try {
            return new ObjectMapper().readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
