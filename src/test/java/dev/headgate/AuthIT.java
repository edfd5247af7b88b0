// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RawSocket;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With keys: who is calling is known from the head alone, and decides what may be called and seen. */
final class AuthIT {
    private static final String ACME = KeyFormat.create(new Random(1));
    private static final String TRIAL = KeyFormat.create(new Random(2));
    private static final String OLD = KeyFormat.create(new Random(3));
    private static final String UNKNOWN = KeyFormat.create(new Random(4));
    private static FakeUpstream upstream;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        gateway = GatewayFixture.start(
                "auth: keys\nserver: { cors: { origins: [\"https://app.example\"] } }\n", routes());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
    }

    private static String routes() {
        return GatewayFixture.routesTo(upstream) + "  other: { stable: m }\ntenants:\n"
                + GatewayFixture.tenant("acme", ACME, "")
                + GatewayFixture.tenant("trial", TRIAL, "mayUse: [chat]")
                + "  old:\n    keys: { web: { sha256: [\"" + KeyFormat.digest(OLD) + "\"], expires: 2020-01-01 } }\n";
    }

    @Test
    void refuses_every_key_that_is_not_good_in_openais_words() {
        int before = upstream.requests().size();
        for (String authorization : List.of(
                "",
                "Bearer",
                "Bearer ",
                "Basic " + ACME,
                "Bearer sk-something-of-openai",
                "Bearer " + UNKNOWN,
                "Bearer " + OLD,
                "Bearer " + ACME.substring(0, ACME.length() - 1) + (ACME.endsWith("0") ? "1" : "0"),
                "Bearer " + ACME + "x",
                "Bearer " + "x".repeat(9_000))) {
            HttpRequest.Builder request = gateway.request("/chat/completions")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"chat\"}"));
            HttpResponse<String> answer = gateway.send(
                    authorization.isEmpty()
                            ? request.build()
                            : request.header("authorization", authorization).build());
            assertThat(answer.statusCode()).as(authorization).isEqualTo(401);
            assertThat(answer.body())
                    .contains("\"type\":\"invalid_request_error\"")
                    .contains("\"code\":\"invalid_api_key\"")
                    .doesNotContain(ACME.substring(0, 20));
            assertThat(answer.headers().firstValue("x-request-id")).isPresent();
        }
        assertThat(upstream.requests()).hasSize(before);
    }

    @Test
    void accepts_a_key_in_any_of_its_headers() {
        for (String header : List.of("authorization", "api-key", "x-api-key")) {
            HttpResponse<String> answer = gateway.send(gateway.request("/models")
                    .header(header, header.equals("authorization") ? "Bearer " + ACME : ACME)
                    .build());
            assertThat(answer.statusCode()).as(header).isEqualTo(200);
        }
    }

    @Test
    void checks_the_key_before_a_byte_of_the_body_has_come() throws IOException {
        try (var socket = RawSocket.open(gateway.port())) {
            socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: gw\r\nAuthorization: Bearer " + UNKNOWN
                    + "\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
            assertThat(socket.readToEnd())
                    .startsWith("HTTP/1.1 401 ")
                    .contains("connection: close")
                    .doesNotContain("100 Continue");
        }
    }

    @Test
    void answers_the_same_to_unknown_and_forbidden_names() {
        HttpResponse<String> forbidden = chat(TRIAL, "other");
        HttpResponse<String> unknown = chat(TRIAL, "othes");

        assertThat(forbidden.statusCode()).isEqualTo(404);
        assertThat(forbidden.body())
                .contains("\"code\":\"model_not_found\"")
                .contains("\"param\":\"model\"")
                .contains("chat")
                .isEqualTo(unknown.body().replace("othes", "other"));
        assertThat(chat(TRIAL, "chat").statusCode()).isEqualTo(200);
        assertThat(chat(ACME, "other").statusCode()).isEqualTo(200);
    }

    @Test
    void lists_what_this_key_may_call() {
        assertThat(models(ACME)).contains("\"chat\"").contains("\"other\"");
        assertThat(models(TRIAL)).contains("\"chat\"").doesNotContain("\"other\"");
        assertThat(get(TRIAL, "/models/other").statusCode()).isEqualTo(404);
        assertThat(get(TRIAL, "/models/chat").statusCode()).isEqualTo(200);
    }

    @Test
    void keeps_its_inside_from_callers_with_keys_unless_told_otherwise() {
        assertThat(chat(ACME, "chat").headers().map().keySet()).noneMatch(name -> name.startsWith("x-headgate-"));
        try (var telling = GatewayFixture.start("auth: keys\nserver: { exposeHeaders: true }\n", routes())) {
            HttpResponse<String> answer = telling.send(telling.request("/chat/completions")
                    .header("authorization", "Bearer " + ACME)
                    .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"chat\"}"))
                    .build());
            assertThat(answer.headers().firstValue("x-headgate-backend")).hasValue("up");
        }
    }

    @Test
    void lets_pages_of_the_named_origins_call_and_no_others() throws IOException {
        String origin = "Origin: https://app.example\r\n";
        String preflight = raw("OPTIONS /v1/chat/completions HTTP/1.1\r\nHost: gw\r\n" + origin
                + "Access-Control-Request-Method: POST\r\n"
                + "Access-Control-Request-Headers: authorization,x-stainless-lang\r\n\r\n");
        assertThat(preflight)
                .startsWith("HTTP/1.1 200 ")
                .contains("access-control-allow-origin: https://app.example")
                .contains("access-control-allow-methods: GET, POST, DELETE")
                .contains("access-control-allow-headers: authorization,x-stainless-lang")
                .doesNotContain("access-control-allow-credentials");

        String called =
                raw("GET /v1/models HTTP/1.1\r\nHost: gw\r\nOrigin: https://app.example\r\nAuthorization: Bearer "
                        + ACME + "\r\n\r\n");
        assertThat(called).startsWith("HTTP/1.1 200 ").contains("access-control-allow-origin: https://app.example");

        String refused = raw("GET /v1/models HTTP/1.1\r\nHost: gw\r\n" + origin + "\r\n");
        assertThat(refused).startsWith("HTTP/1.1 401 ").contains("access-control-allow-origin: https://app.example");

        for (String method : List.of("GET", "OPTIONS")) {
            String foreign = raw(method + " /v1/models HTTP/1.1\r\nHost: gw\r\nOrigin: https://evil.example\r\n"
                    + "Access-Control-Request-Method: GET\r\nAuthorization: Bearer " + ACME + "\r\n\r\n");
            assertThat(foreign)
                    .startsWith("HTTP/1.1 403 ")
                    .contains("origin_not_allowed")
                    .doesNotContain("access-control-allow-origin");
        }
        gateway.awaitIdle();
    }

    private static String raw(String request) throws IOException {
        try (var socket = RawSocket.open(gateway.port())) {
            socket.send(request);
            return socket.readAnswer();
        }
    }

    private static HttpResponse<String> chat(String key, String model) {
        return gateway.send(gateway.request("/chat/completions")
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"" + model + "\",\"messages\":[]}"))
                .build());
    }

    private static String models(String key) {
        return get(key, "/models").body();
    }

    private static HttpResponse<String> get(String key, String path) {
        return gateway.send(
                gateway.request(path).header("authorization", "Bearer " + key).build());
    }
}
