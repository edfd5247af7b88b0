// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.headgate.auth.KeyFormat;
import dev.headgate.cli.Shell.Result;
import dev.headgate.testkit.GatewayFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that ask a running gateway, through the launcher. */
class AdminCommandsIT {
    private static final Path LAUNCHER = Path.of("headgate").toAbsolutePath();
    private static final Map<String, String> TOKEN = Map.of("HEADGATE_ADMIN_TOKEN", "test-admin-token");
    private static final String KEY = KeyFormat.create(new Random(5));

    @TempDir
    private Path folder;

    private GatewayFixture gateway = GatewayFixture.start("auth: keys\n", routes(2));

    @BeforeEach
    void writeConfiguration() throws IOException {
        Files.createDirectories(folder.resolve("conf"));
        // The token is where the gateway has it too; no secret of the routes is needed to ask.
        Files.writeString(folder.resolve("token"), "test-admin-token\n");
        Files.writeString(
                folder.resolve("conf/headgate.yaml"),
                "auth: keys\nfiles: [routes.yaml]\nadmin: { port: %d, token: \"file:%s\" }\n"
                        .formatted(gateway.adminPort(), folder.resolve("token").toAbsolutePath()));
        Files.writeString(folder.resolve("routes.yaml"), routes(1));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void limits_are_shown_reset_and_topped_up_with_the_token_of_the_settings() throws Exception {
        assertThat(call()).isEqualTo(200);
        assertThat(call()).isEqualTo(200);
        assertThat(call()).isEqualTo(429);

        Result shown = headgate(Map.of(), "limits", "show", "acme");
        assertFine(shown);
        assertThat(shown.out())
                .containsPattern("limit +allows +burst +used +left +resets in")
                .containsPattern("tenant/acme/requestsPerDay +2 +2 +0 +\\d+h\\d+m\\d+s");

        Result reset = headgate(Map.of(), "limits", "reset", "tenant/acme/requestsPerDay", "--reason", "a test");
        assertFine(reset);
        assertThat(reset.out()).containsPattern("tenant/acme/requestsPerDay +2 +0 +2");
        assertThat(call()).isEqualTo(200);

        Result credit = headgate(
                Map.of(),
                "limits",
                "credit",
                "tenant/acme/usdPerDay",
                "0.25",
                "--reason",
                "a test",
                "--format",
                "json");
        assertFine(credit);
        assertThat(new ObjectMapper().readTree(credit.out()).path("used").asText())
                .isEqualTo("-0.25");
    }

    @Test
    void a_revoked_key_is_refused_and_the_file_should_lose_it() throws Exception {
        assertThat(call()).isEqualTo(200);

        Result revoked = headgate(Map.of(), "keys", "revoke", "acme", "web", "--reason", "leaked");

        assertFine(revoked);
        assertThat(revoked.out())
                .contains("Key acme/web is revoked in this gateway", "routes.yaml still lists it: remove web");
        assertThat(call()).isEqualTo(401);
        Result unknown = headgate(Map.of(), "keys", "revoke", "acme", "wep", "--reason", "leaked");
        assertThat(unknown.exit()).isEqualTo(1);
        assertThat(unknown.err()).contains("There is no key of acme called \"wep\"; did you mean web");
    }

    @Test
    void explain_shows_what_a_changed_file_would_mean_now() throws Exception {
        assertThat(call()).isEqualTo(200);

        Result text = headgate(Map.of(), "explain", "--model", "chat", "--key-id", "acme/web", "--live");
        assertFine(text);
        assertThat(text.out())
                .containsPattern("running   revision [0-9a-f]{6}")
                .containsPattern(
                        "tenant/acme/requestsPerDay 1, .*\n +running    2, used 1, resets in .*: would refuse now")
                .containsPattern("tenant/acme/usdPerDay 0.5, .*\n +running    0.5, used 0.*: 0.5 left")
                .containsPattern("user/acme/requestsPerMinute .*\n +running    not asked for: name one with --user");

        Result json = headgate(
                Map.of(),
                "explain",
                "--model",
                "chat",
                "--key-id",
                "acme/web",
                "--live",
                "--user",
                "ann",
                "--format",
                "json");
        assertFine(json);
        JsonNode limits = new ObjectMapper().readTree(json.out()).path("limits");
        assertThat(limits.at("/0/limit").intValue()).isEqualTo(1);
        assertThat(limits.at("/0/running/limit").intValue()).isEqualTo(2);
        assertThat(limits.at("/0/running/wouldRefuse").booleanValue()).isTrue();
        assertThat(limits.at("/2/running/used").intValue()).isZero();
    }

    @Test
    void usage_shows_the_calls_of_the_running_gateway() throws Exception {
        assertThat(call()).isEqualTo(200);
        GatewayFixture.eventually(
                "the call is accounted for",
                () -> gateway.admin("/admin/usage").body().contains("\"requests\" : 1"));

        Result usage = headgate(Map.of(), "usage", "--by", "tenant,key,model");

        assertFine(usage);
        assertThat(usage.out()).containsPattern("tenant +key +model +requests").containsPattern("acme +web +lorem +1 ");
        assertFails(headgate(Map.of(), "usage", "--tenant", "amce"), "did you mean");
    }

    @Test
    void usage_is_asked_for_as_it_is_named_and_shown_as_a_table() throws Exception {
        AtomicReference<String> asked = new AtomicReference<>();
        try (Page page = Page.serve(200, "application/json", asked, """
                {"window":"month","from":"2026-11-01","to":"2026-11-30","by":["tenant","model"],"rows":[
                  {"tenant":"acme","model":"gpt-4o-mini","requests":12,"inputTokens":1500,"cachedInputTokens":100,
                   "outputTokens":80,"reasoningTokens":7,"usd":"0.0123","unpriced":0,"estimated":0}],"complete":true}""")) {
            Result text = headgate(
                    TOKEN,
                    "usage",
                    "--admin",
                    page.url(),
                    "--tenant",
                    "acme co",
                    "--window",
                    "month",
                    "--by",
                    "tenant,model",
                    "--from",
                    "2026-11-01");
            assertFine(text);
            assertThat(text.out()).containsPattern("acme +gpt-4o-mini +12 +1500 +100 +80 +7 +0\\.0123");
            assertThat(asked.get())
                    .isEqualTo(
                            "/admin/usage?tenant=acme+co&window=month&from=2026-11-01&by=tenant%2Cmodel Bearer test-admin-token");
        }
    }

    @Test
    void what_goes_wrong_is_said_with_what_to_do() throws Exception {
        String admin = "http://127.0.0.1:" + gateway.adminPort();
        assertFails(
                headgate(Map.of("HEADGATE_ADMIN_TOKEN", "wrong"), "limits", "show", "acme", "--admin", admin),
                "does not accept the token of HEADGATE_ADMIN_TOKEN");
        assertFails(headgate(TOKEN, "limits", "show", "amce"), "There is no tenant called \"amce\"; did you mean acme");
        assertFails(
                headgate(TOKEN, "limits", "show", "acme", "--admin", "http://127.0.0.1:" + closedPort()),
                "nothing answers at");
        try (Page page = Page.serve(200, "text/html", new AtomicReference<>(), "<html>hello</html>")) {
            assertFails(
                    headgate(TOKEN, "usage", "--admin", page.url()), "is no management port of Headgate (status 200)");
        }
        Files.delete(folder.resolve("token"));
        Result noToken = headgate(Map.of(), "limits", "show", "acme");
        assertFails(noToken, "set --admin and HEADGATE_ADMIN_TOKEN");
        assertFine(headgate(TOKEN, "limits", "show", "acme"));
    }

    @Test
    void a_change_without_an_answer_may_have_been_done() throws Exception {
        HttpServer deaf = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        deaf.createContext("/", HttpExchange::close);
        deaf.start();
        try {
            String admin = "http://127.0.0.1:" + deaf.getAddress().getPort();
            assertFails(
                    headgate(
                            TOKEN,
                            "limits",
                            "credit",
                            "tenant/acme/usdPerDay",
                            "5",
                            "--reason",
                            "a test",
                            "--admin",
                            admin),
                    "broke: ");
            assertThat(headgate(TOKEN, "keys", "revoke", "acme", "web", "--reason", "a test", "--admin", admin)
                            .err())
                    .contains(": it may have been done, so look before you try again");
            assertThat(headgate(TOKEN, "usage", "--admin", admin).err()).doesNotContain("may have been done");
        } finally {
            deaf.stop(0);
        }
    }

    @Test
    void wrong_usage_is_refused_before_anything_is_sent() throws Exception {
        assertRefused(headgate(TOKEN, "limits", "reset", "requestsPerDay", "--reason", "r"), "LIMIT is an id");
        assertRefused(
                headgate(TOKEN, "limits", "reset", "tenant/acme/requestsPerDay"), "Missing required option: '--reason");
        assertRefused(
                headgate(TOKEN, "limits", "credit", "tenant/acme/requestsPerDay", "0", "--reason", "r"), "more than 0");
        assertRefused(
                headgate(TOKEN, "limits", "credit", "tenant/acme/requestsPerDay", "five", "--reason", "r"),
                "AMOUNT has to be a number such as 25 or 2.50, not 'five'");
        assertRefused(headgate(TOKEN, "usage", "--by", "colour"), "'--by'");
        assertRefused(headgate(TOKEN, "usage", "--from", "yesterday"), "write a day as 2026-11-21, not 'yesterday'");
        assertRefused(headgate(TOKEN, "usage", "--admin", "localhost"), "--admin has to be like");
        assertRefused(headgate(TOKEN, "explain", "--model", "chat", "--live"), "--live needs --key-id");
        assertRefused(headgate(TOKEN, "explain", "--model", "chat", "--user", "ann"), "need --live");
    }

    @Test
    void a_start_that_fails_says_which_port_or_folder_is_in_the_way() throws Exception {
        assertFails(
                headgate(TOKEN, "run", "--port", Integer.toString(gateway.port()), "--admin-port", "0"),
                "listen 127.0.0.1:" + gateway.port() + ": another program listens there already");
        assertFails(
                headgate(TOKEN, "run", "--port", "0"),
                "admin 127.0.0.1:" + gateway.adminPort() + ": another program listens there already");
    }

    private Result headgate(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        return Shell.run(folder, environment, LAUNCHER, arguments);
    }

    private int call() {
        return gateway.send(gateway.request("/chat/completions")
                        .header("authorization", "Bearer " + KEY)
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(GatewayFixture.chatBody("chat", false)))
                        .build())
                .statusCode();
    }

    private static String routes(int perDay) {
        return """
                version: 1
                backends:
                  demo: { type: demo }
                models:
                  lorem: { backend: demo, id: demo/echo, price: { input: 0, output: 0 } }
                routes:
                  chat: { stable: lorem }
                tenants:
                  acme:
                    limits: [{ requestsPerDay: %d, usdPerDay: 0.5 }]
                    perUser: { requestsPerMinute: 60 }
                    keys: { web: { sha256: ["%s"] } }
                """.formatted(perDay, KeyFormat.digest(KEY));
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void assertFine(Result result) {
        assertThat(result.err()).isEmpty();
        assertThat(result.exit()).isZero();
    }

    private static void assertFails(Result result, String message) {
        assertThat(result.err()).contains(message).doesNotContain("test-admin-token");
        assertThat(result.out()).isEmpty();
        assertThat(result.exit()).isEqualTo(1);
    }

    private static void assertRefused(Result result, String message) {
        assertThat(result.err()).contains(message, "--help'");
        assertThat(result.exit()).isEqualTo(2);
    }

    /** One answer for every request, and what was asked for last with which authorization. */
    private record Page(HttpServer server) implements AutoCloseable {
        static Page serve(int status, String type, AtomicReference<String> asked, String body) throws IOException {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            server.createContext("/", exchange -> {
                asked.set(exchange.getRequestURI() + " "
                        + exchange.getRequestHeaders().getFirst("authorization"));
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("content-type", type);
                exchange.sendResponseHeaders(status, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            server.start();
            return new Page(server);
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
