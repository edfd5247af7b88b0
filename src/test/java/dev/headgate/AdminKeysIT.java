// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an operator takes a key back, through whole gateways. */
final class AdminKeysIT {
    private static final String WEB = KeyFormat.create(new Random(21));
    private static final String BATCH = KeyFormat.create(new Random(22));
    private static final String WISH = "{\"tenant\":\"acme\",\"key\":\"web\",\"reason\":\"leaked\"}";

    @TempDir
    Path dir;

    @Test
    void a_revoked_key_is_refused_at_once_and_after_a_start_and_others_are_not() throws IOException {
        try (GatewayFixture gateway = GatewayFixture.start(dir, "auth: keys\n", routes(), Map.of())) {
            assertThat(List.of(call(gateway, WEB), call(gateway, BATCH))).containsExactly(200, 200);

            HttpResponse<String> answer = revoke(gateway, WISH);

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonNode revoked = new ObjectMapper().readTree(answer.body());
            assertThat(revoked.path("replicas").asText()).isEqualTo("alone");
            assertThat(revoked.path("onDisk").booleanValue()).isTrue();
            assertThat(List.of(call(gateway, WEB), call(gateway, BATCH))).containsExactly(401, 200);
            assertThat(revoke(gateway, WISH).body())
                    .contains(revoked.path("revokedAt").asText());
        }
        String trail = Files.readString(dir.resolve("data").resolve("audit.jsonl"));
        assertThat(trail.lines()).hasSize(4).allMatch(line -> line.contains("\"what\":\"acme/web\""));
        assertThat(trail)
                .contains("\"digests\":[\"" + KeyFormat.digest(WEB).substring(0, 8) + "\"]", "\"reason\":\"leaked\"")
                .doesNotContain(KeyFormat.digest(WEB), WEB);

        try (GatewayFixture next = GatewayFixture.start(dir, "auth: keys\n", routes(), Map.of())) {
            assertThat(List.of(call(next, WEB), call(next, BATCH))).containsExactly(401, 200);
        }
    }

    @Test
    void replicas_that_share_a_redis_refuse_it_too() throws IOException {
        String settings = "auth: keys\nstate: { store: redis, url: env:REDIS_URL, timeout: 2s, dir: data }\n";
        try (RedisServer redis = RedisServer.start();
                GatewayFixture asked = GatewayFixture.start(settings, routes(), Map.of("REDIS_URL", redis.url()));
                GatewayFixture other = GatewayFixture.start(settings, routes(), Map.of("REDIS_URL", redis.url()))) {
            assertThat(call(other, WEB)).isEqualTo(200);

            JsonNode revoked = new ObjectMapper().readTree(revoke(asked, WISH).body());

            assertThat(revoked.path("replicas").asText()).isEqualTo("shared");
            GatewayFixture.eventually("the other replica refuses it", () -> call(other, WEB) == 401);
            assertThat(call(other, BATCH)).isEqualTo(200);
        }
    }

    @Test
    void what_is_not_there_is_not_revoked_and_nothing_without_a_trail() throws IOException {
        try (GatewayFixture gateway = GatewayFixture.start(dir, "auth: keys\n", routes(), Map.of())) {
            assertThat(revoke(gateway, WISH.replace("acme", "amce")).body()).contains("did you mean acme");
            assertThat(revoke(gateway, WISH.replace("web", "wep")).body()).contains("the nearest are web, batch");
            assertThat(revoke(gateway, WISH.replace("web", WEB)).body()).contains("There is a key in");
            assertThat(revoke(gateway, WISH.replace("reason", "resaon")).statusCode())
                    .isEqualTo(400);
            Files.createDirectories(dir.resolve("data").resolve("audit.jsonl"));
            assertThat(revoke(gateway, WISH).statusCode()).isEqualTo(503);
            assertThat(call(gateway, WEB)).isEqualTo(200);
        }
    }

    private static HttpResponse<String> revoke(GatewayFixture at, String body) {
        return at.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + at.adminPort() + "/admin/keys/revoke"))
                .header("authorization", "Bearer test-admin-token")
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    private static int call(GatewayFixture at, String key) {
        return at.send(at.request("/chat/completions")
                        .header("authorization", "Bearer " + key)
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(GatewayFixture.chatBody("demo/echo", false)))
                        .build())
                .statusCode();
    }

    private static String routes() {
        return """
                version: 1
                backends:
                  demo: { type: demo }
                routes:
                  "demo/*": { backend: demo }
                tenants:
                  acme:
                    keys:
                      web: { sha256: ["%s"] }
                      batch: { sha256: ["%s"] }
                """.formatted(KeyFormat.digest(WEB), KeyFormat.digest(BATCH));
    }
}
