// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a change of the files means for calls, through a running gateway. */
final class ReloadIT {
    private static final String CHAT = "{\"model\":\"%s\",\"messages\":[]}";

    @TempDir
    private Path dir;

    private FakeUpstream upstream;

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
    }

    @AfterEach
    void stop() {
        upstream.close();
    }

    @Test
    void new_calls_see_a_new_route_and_running_ones_end_on_the_old() throws IOException {
        String routes = GatewayFixture.routesTo(upstream);
        try (GatewayFixture gateway = GatewayFixture.start(dir, "auth: none\n", routes, Map.of())) {
            upstream.next(Behaviour.stream("one", "two", "three").every(Duration.ofMillis(400)));
            HttpURLConnection running = openStream(gateway, "chat");
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(running.getInputStream(), StandardCharsets.UTF_8));
            assertThat(lines.readLine()).startsWith("data: ");

            Files.writeString(gateway.routesFile(), routes.replace("  chat:", "  talk:"));

            eventually(
                    "the new route answers",
                    () -> gateway.post("/chat/completions", CHAT.formatted("talk"))
                                    .statusCode()
                            == 200);
            assertThat(gateway.post("/chat/completions", CHAT.formatted("chat")).statusCode())
                    .isEqualTo(404);
            assertThat(lines.lines().toList()).contains("data: [DONE]");
        }
    }

    @Test
    void a_broken_file_changes_nothing_and_says_why_until_it_is_mended() throws IOException {
        String routes = GatewayFixture.routesTo(upstream);
        try (GatewayFixture gateway = GatewayFixture.start(dir, "auth: none\n", routes, Map.of())) {
            String revision = gateway.admin("/admin/config").body();
            assertThat(revision).contains("\"upToDate\" : true");

            Files.writeString(gateway.routesFile(), routes.replace("stable: m", "stable: n"));

            eventually(
                    "the problem shows",
                    () -> gateway.admin("/admin/config").body().contains("R012"));
            assertThat(gateway.admin("/admin/config").body())
                    .contains("\"upToDate\" : false", "routes.yaml", "\"line\" : ", "did you mean");
            assertThat(gateway.metrics()).contains("headgate_config_last_reload_successful 0.0");
            assertThat(gateway.post("/chat/completions", CHAT.formatted("chat")).statusCode())
                    .isEqualTo(200);
            assertThat(gateway.admin("/health/ready").statusCode()).isEqualTo(200);

            Files.writeString(gateway.routesFile(), routes);

            eventually(
                    "it is right again",
                    () -> gateway.metrics().contains("headgate_config_last_reload_successful 1.0"));
        }
    }

    @Test
    void a_secret_in_a_file_is_taken_while_running() throws IOException {
        Path secret = Files.writeString(dir.resolve("key"), "first-secret\n");
        String routes =
                GatewayFixture.routesTo(upstream).replace("auth: none", "apiKeys: [\"file:%s\"]".formatted(secret));
        try (GatewayFixture gateway = GatewayFixture.start(dir, "auth: none\n", routes, Map.of())) {
            gateway.post("/chat/completions", CHAT.formatted("chat"));
            assertThat(upstream.requests().getLast().headers().get("authorization"))
                    .isEqualTo("Bearer first-secret");

            Files.writeString(secret, "second-secret\n");

            eventually("the new secret goes upstream", () -> {
                gateway.post("/chat/completions", CHAT.formatted("chat"));
                return "Bearer second-secret"
                        .equals(upstream.requests().getLast().headers().get("authorization"));
            });
            assertThat(gateway.admin("/admin/config").body()).contains("***").doesNotContain("second-secret");
        }
    }

    @Test
    void a_key_that_is_taken_out_is_refused() throws IOException {
        String old = KeyFormat.create(new SecureRandom());
        String kept = KeyFormat.create(new SecureRandom());
        String routes = GatewayFixture.routesTo(upstream) + "tenants:\n";
        String acme = GatewayFixture.tenant("acme", kept, "mayUse: [chat]");
        String globex = GatewayFixture.tenant("globex", old, "mayUse: [chat]");
        try (GatewayFixture gateway = GatewayFixture.start(dir, "auth: keys\n", routes + acme + globex, Map.of())) {
            assertThat(status(gateway, old)).isEqualTo(200);

            Files.writeString(gateway.routesFile(), routes + acme);

            eventually("the key is refused", () -> status(gateway, old) == 401);
            assertThat(status(gateway, kept)).isEqualTo(200);
        }
    }

    @Test
    void a_changed_backend_keeps_the_connections_that_are_open() throws IOException {
        String routes = GatewayFixture.routesTo(upstream);
        try (GatewayFixture gateway = GatewayFixture.start(dir, "auth: none\n", routes, Map.of())) {
            gateway.post("/chat/completions", CHAT.formatted("chat"));
            int before = upstream.acceptedConnections();

            Files.writeString(
                    gateway.routesFile(), routes.replace("auth: none }", "auth: none, headers: { x-team: ml } }"));

            eventually("the new header goes upstream", () -> {
                gateway.post("/chat/completions", CHAT.formatted("chat"));
                return "ml".equals(upstream.requests().getLast().headers().get("x-team"));
            });
            assertThat(upstream.acceptedConnections()).isEqualTo(before);
        }
    }

    private static int status(GatewayFixture gateway, String key) {
        HttpResponse<String> answer = gateway.send(gateway.request("/chat/completions")
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(CHAT.formatted("chat")))
                .build());
        return answer.statusCode();
    }

    private static HttpURLConnection openStream(GatewayFixture gateway, String model) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create(gateway.baseUrl() + "/chat/completions").toURL().openConnection();
        connection.setDoOutput(true);
        connection.setRequestMethod("POST");
        connection
                .getOutputStream()
                .write("{\"model\":\"%s\",\"stream\":true,\"messages\":[]}"
                        .formatted(model)
                        .getBytes(StandardCharsets.UTF_8));
        return connection;
    }
}
