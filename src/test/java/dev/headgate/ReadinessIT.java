// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static dev.headgate.testkit.GatewayFixture.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RedisServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a gateway says that it can serve calls, and that it can when it says so, while its stores fail. */
class ReadinessIT {
    private static final String KEY = KeyFormat.create(new Random(12));
    private static final String SHARED = "auth: keys\nstate: { store: redis, url: env:REDIS_URL, dir: data }\n";

    private final FakeUpstream upstream = FakeUpstream.start();
    private final List<GatewayFixture> gateways = new ArrayList<>();

    @TempDir
    Path dir;

    @AfterEach
    void stop() {
        gateways.forEach(GatewayFixture::close);
        upstream.close();
    }

    @Test
    void a_redis_that_is_away_does_not_make_it_unready() {
        try (RedisServer redis = RedisServer.start()) {
            GatewayFixture gateway = start(SHARED, "limits: [{ requestsPerMinute: 6000 }]", redis.url());
            JsonObject before = quotaStore(gateway);
            assertThat(before.getString("kind")).isEqualTo("redis");
            assertThat(before.getString("state")).isEqualTo("exact");
            assertThat(before.getBoolean("answers")).isTrue();
            assertThat(before.getString("reason")).isNull();

            redis.kill();
            decidesAlone(gateway);
            JsonObject away = quotaStore(gateway);
            assertThat(away.getString("reason")).isNotBlank();
            assertThat(away.getInstant("since")).isAfter(before.getInstant("since"));
            eventually("no beat is answered", () -> !quotaStore(gateway).getBoolean("answers"));
            assertThat(gateway.admin("/health/ready").statusCode()).isEqualTo(200);

            redis.restart();
            eventually(
                    "Redis decides",
                    () -> quotaStore(gateway).getString("state").equals("exact"));
            eventually("nothing is wrong any more", () -> quotaStore(gateway).getString("reason") == null);
        }
    }

    @Test
    void a_redis_that_is_away_from_the_start_is_told_of_without_any_call() {
        try (RedisServer redis = RedisServer.start()) {
            String url = redis.url();
            redis.kill();
            GatewayFixture gateway = start(SHARED, "limits: [{ requestsPerMinute: 6000 }]", url);

            eventually(
                    "the reason is known",
                    () -> String.valueOf(quotaStore(gateway).getString("reason"))
                            .contains("no connection to Redis"));
            assertThat(quotaStore(gateway).getBoolean("answers")).isFalse();
        }
    }

    @Test
    void a_redis_that_wants_another_password_says_so_and_the_password_is_not_repeated() {
        try (RedisServer redis = RedisServer.start("--requirepass", "right")) {
            String wrong = redis.url().replace("redis://", "redis://:canary-password@");
            GatewayFixture gateway = start(SHARED, "limits: [{ requestsPerMinute: 6000 }]", wrong);

            eventually(
                    "the reason is known",
                    () -> String.valueOf(quotaStore(gateway).getString("reason"))
                            .contains("WRONGPASS"));
            assertThat(quotaStore(gateway).encode()).doesNotContain("canary");
        }
    }

    @Test
    void a_redis_that_returns_empty_knows_what_was_used_before_it_is_asked() {
        try (RedisServer redis = RedisServer.start()) {
            GatewayFixture gateway =
                    start(SHARED, "limits: [{ requestsPerDay: { limit: 100, whenStoreDown: local } }]", redis.url());
            assertThat(left(chat(gateway))).isEqualTo(99);
            redis.kill();
            decidesAlone(gateway);
            gateway.awaitIdle();
            int served = upstream.requests().size();

            redis.restart();
            eventually(
                    "Redis decides",
                    () -> quotaStore(gateway).getString("state").equals("exact"));

            HttpResponse<String> first = chat(gateway);
            assertThat(header(first, "x-headgate-quota-mode", "exact")).isEqualTo("exact");
            assertThat(left(first)).isEqualTo(99 - served);
        }
    }

    @Test
    void a_redis_that_was_emptied_while_nobody_noticed_is_told_what_was_used() {
        try (RedisServer redis = RedisServer.start()) {
            GatewayFixture gateway = start(SHARED, "limits: [{ requestsPerDay: 100 }]", redis.url());
            assertThat(left(chat(gateway))).isEqualTo(99);
            assertThat(left(chat(gateway))).isEqualTo(98);
            gateway.awaitIdle();

            redis.command("FLUSHALL");

            eventually(
                    "told again",
                    () -> redis.command("KEYS hg:{acme}:tenant/requestsPerDay@*")
                            .equals("*1"));
            assertThat(left(chat(gateway))).isEqualTo(97);
        }
    }

    @Test
    void warns_of_a_redis_that_would_forget_counters() {
        try (RedisServer redis = RedisServer.start("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")) {
            GatewayFixture gateway = start(SHARED, "mayUse: [chat]", redis.url());

            eventually(
                    "warned", () -> quotaStore(gateway).getJsonArray("warnings").size() == 1);
            assertThat(quotaStore(gateway).getJsonArray("warnings").getString(0))
                    .contains("allkeys-lru");
        }
    }

    @Test
    void a_journal_that_cannot_be_written_makes_it_unready_once_a_tenant_has_a_budget() throws IOException {
        Path inTheWay =
                Files.writeString(Files.createDirectories(dir.resolve("data")).resolve("usage"), "");
        GatewayFixture gateway = start("auth: keys\n", "mayUse: [chat]", "");
        assertThat(chat(gateway).statusCode()).isEqualTo(200);

        Files.writeString(gateway.routesFile(), routes("limits: [{ requestsPerDay: 100 }]"));
        eventually("no call passes", () -> chat(gateway).statusCode() == 503);

        HttpResponse<String> unready = gateway.admin("/health/ready");
        assertThat(unready.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(unready.body()).getString("status")).isEqualTo("unready");
        assertThat(new JsonObject(unready.body()).getJsonObject("usageJournal").getString("fault"))
                .contains("cannot be opened");

        Files.delete(inTheWay);
        eventually("calls pass", () -> chat(gateway).statusCode() == 200);
        assertThat(gateway.admin("/health/ready").statusCode()).isEqualTo(200);
    }

    private void decidesAlone(GatewayFixture gateway) {
        eventually("this process decides", () -> {
            chat(gateway);
            return quotaStore(gateway).getString("state").equals("local");
        });
    }

    private static int left(HttpResponse<String> answer) {
        return Integer.parseInt(header(answer, "x-ratelimit-remaining-requests", "-1"));
    }

    private static JsonObject quotaStore(GatewayFixture gateway) {
        return new JsonObject(gateway.admin("/health/ready").body()).getJsonObject("quotaStore");
    }

    private static HttpResponse<String> chat(GatewayFixture gateway) {
        return gateway.send(gateway.request("/chat/completions")
                .header("authorization", "Bearer " + KEY)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(GatewayFixture.chatBody("chat", false)))
                .build());
    }

    private GatewayFixture start(String settings, String more, String redis) {
        GatewayFixture gateway = GatewayFixture.start(dir, settings, routes(more), Map.of("REDIS_URL", redis));
        gateways.add(gateway);
        return gateway;
    }

    private String routes(String more) {
        return GatewayFixture.routesTo(upstream) + "tenants:\n" + GatewayFixture.tenant("acme", KEY, more);
    }
}
