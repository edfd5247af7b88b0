// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RedisServer;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits as users write them, through a whole gateway. */
final class LimitsIT {
    private static final String KEY = KeyFormat.create(new Random(7));
    private static final String CHAT = "{\"model\":\"chat\",\"max_tokens\":10,\"messages\":[]}";

    private final FakeUpstream upstream = FakeUpstream.start();
    private final List<GatewayFixture> gateways = new ArrayList<>();

    @AfterEach
    void stop() {
        gateways.forEach(GatewayFixture::close);
        upstream.close();
    }

    @Test
    void refuses_what_is_more_than_a_minute_holds_and_says_when_to_come_back() {
        start("limits: [{ requestsPerMinute: { limit: 60, burst: 3 } }]");

        for (int left = 2; left >= 0; left--) {
            HttpResponse<String> answer = post(CHAT);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("x-ratelimit-limit-requests"))
                    .hasValue("60");
            assertThat(answer.headers().firstValue("x-ratelimit-remaining-requests"))
                    .hasValue(Integer.toString(left));
        }
        HttpResponse<String> refusal = post(CHAT);
        assertThat(refusal.statusCode()).isEqualTo(429);
        assertThat(refusal.body()).contains("\"code\":\"rate_limit_exceeded\"").contains("requestsPerMinute");
        assertThat(refusal.headers().firstValue("retry-after")).hasValue("1");
        assertThat(refusal.headers().firstValue("x-headgate-limit")).hasValue("tenant/acme/requestsPerMinute");
        assertThat(upstream.requests()).hasSize(3);
    }

    @Test
    void takes_a_changed_limit_for_the_next_call_and_keeps_what_was_counted() throws IOException {
        start("limits: [{ requestsPerDay: 2 }]");
        post(CHAT);
        post(CHAT);
        assertThat(post(CHAT).statusCode()).isEqualTo(429);

        Files.writeString(gateways.getFirst().routesFile(), routes("limits: [{ requestsPerDay: 3 }]"));
        GatewayFixture.eventually("one more call passes", () -> post(CHAT).statusCode() == 200);
        assertThat(post(CHAT).statusCode()).isEqualTo(429);
    }

    @Test
    void counts_dollars_by_the_models_price_and_ends_a_budget_for_good() {
        // 11 tokens in at 1 dollar for a million and one out at 9: 20 millionths, of which about 100 are reserved
        // first.
        upstream.always(Behaviour.chat("Hi"));
        start("limits: [{ usdPerDay: 0.0002 }]");

        int served = 0;
        while (post(CHAT).statusCode() == 200) {
            served++;
        }
        HttpResponse<String> refusal = post(CHAT);
        assertThat(served).isBetween(5, 7);
        assertThat(refusal.body()).contains("\"type\":\"insufficient_quota\"");
        assertThat(refusal.headers().firstValue("x-should-retry")).hasValue("false");
        assertThat(refusal.headers().firstValue("x-headgate-limit")).hasValue("tenant/acme/usdPerDay");
    }

    @Test
    void gives_the_place_of_a_call_back_when_it_is_over() {
        start("limits: [{ concurrency: 1 }]");
        upstream.next(Behaviour.chat("slow").after(Duration.ofMillis(500)));
        CompletableFuture<HttpResponse<String>> first = CompletableFuture.supplyAsync(() -> post(CHAT));
        upstream.awaitRequests(1);

        assertThat(post(CHAT).body()).contains("concurrency_limit_exceeded");
        assertThat(first.join().statusCode()).isEqualTo(200);
        GatewayFixture.eventually("the place is free", () -> post(CHAT).statusCode() == 200);
    }

    @Test
    void counts_users_apart_and_the_tenant_over_all_of_them() {
        start("limits: [{ requestsPerDay: 3 }]\n    perUser: { requestsPerDay: 2 }");

        assertThat(post(user("ann")).statusCode()).isEqualTo(200);
        assertThat(post(user("ann")).statusCode()).isEqualTo(200);
        assertThat(post(user("ann")).statusCode()).isEqualTo(429);
        assertThat(post(user("bob")).statusCode()).isEqualTo(200);
        assertThat(post(user("bob")).headers().firstValue("x-headgate-limit")).hasValue("tenant/acme/requestsPerDay");
    }

    @Test
    void observes_without_refusing() {
        start("limits: [{ requestsPerDay: { limit: 1, mode: observe } }]");

        assertThat(post(CHAT).statusCode()).isEqualTo(200);
        assertThat(post(CHAT).statusCode()).isEqualTo(200);
        assertThat(gateways.getFirst().metric("headgate_quota_would_have_refused_total", "tenant=\"acme\""))
                .isEqualTo(1);
    }

    @Test
    void keeps_a_days_count_over_a_restart(@TempDir Path dir) {
        String routes = routes("limits: [{ requestsPerDay: 3 }]");
        try (GatewayFixture before = GatewayFixture.start(dir, "auth: keys\n", routes, Map.of())) {
            assertThat(post(before, CHAT).statusCode()).isEqualTo(200);
            assertThat(post(before, CHAT).statusCode()).isEqualTo(200);
            before.awaitIdle();
        }

        gateways.add(GatewayFixture.start(dir, "auth: keys\n", routes, Map.of()));
        assertThat(post(CHAT).statusCode()).isEqualTo(200);
        assertThat(post(CHAT).statusCode()).isEqualTo(429);
    }

    @Test
    void holds_over_two_gateways_that_share_a_redis() {
        String settings = "auth: keys\nstate: { store: redis, url: env:REDIS_URL, timeout: 2s, dir: data }\n";
        try (RedisServer redis = RedisServer.start()) {
            Map<String, String> environment = Map.of("REDIS_URL", redis.url());
            String routes = routes("limits: [{ requestsPerDay: 40 }]");
            gateways.add(GatewayFixture.start(settings, routes, environment));
            gateways.add(GatewayFixture.start(settings, routes, environment));
            List<CompletableFuture<Integer>> all = IntStream.range(0, 100)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> post(gateways.get(i % 2), CHAT).statusCode()))
                    .toList();
            assertThat(all.stream().map(CompletableFuture::join).filter(status -> status == 200))
                    .hasSize(40);
        }
    }

    @Test
    void starts_and_serves_while_redis_is_away_and_says_so() {
        String settings = "auth: keys\nstate: { store: redis, url: env:REDIS_URL, timeout: 50ms, dir: data }\n";
        GatewayFixture alone = GatewayFixture.start(
                settings,
                routes("limits: [{ requestsPerDay: { limit: 2, whenStoreDown: local } }]"),
                Map.of("REDIS_URL", "redis://127.0.0.1:1"));
        gateways.add(alone);

        assertThat(post(CHAT).statusCode()).isEqualTo(200);
        assertThat(post(CHAT).statusCode()).isEqualTo(200);
        assertThat(post(CHAT).statusCode()).isEqualTo(503);
        GatewayFixture.eventually("the store is no longer asked", () -> {
            post(CHAT);
            return alone.metric("headgate_quota_store_exact") == 0;
        });
    }

    private void start(String tenant) {
        gateways.add(GatewayFixture.start("auth: keys\n", routes(tenant)));
    }

    private String routes(String tenant) {
        return """
                version: 1
                backends:
                  up: { baseUrl: "%s", auth: none }
                models:
                  m: { backend: up, price: { input: 1, output: 9 } }
                routes:
                  chat: { stable: m }
                tenants:
                """.formatted(upstream.baseUrl()) + GatewayFixture.tenant("acme", KEY, tenant);
    }

    private static String user(String name) {
        return "{\"model\":\"chat\",\"user\":\"" + name + "\",\"messages\":[]}";
    }

    private HttpResponse<String> post(String body) {
        return post(gateways.getFirst(), body);
    }

    private static HttpResponse<String> post(GatewayFixture to, String body) {
        return to.send(to.request("/chat/completions")
                .header("authorization", "Bearer " + KEY)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build());
    }
}
