// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RawSocket;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Without keys: who is served at all, and what every request is checked for. */
final class OpenModeIT {
    private static FakeUpstream upstream;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        gateway = GatewayFixture.start(
                "auth: none\nserver: { maxBody: 1MB }\n",
                GatewayFixture.routesTo(upstream).replace("models:", "  demo: { type: demo }\nmodels:")
                        + "  \"demo/*\": { backend: demo }\n");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
    }

    @Test
    void serves_loopback_names_and_pages_only() throws IOException {
        for (String ok : List.of("localhost", "localhost:8080", "127.0.0.1", "[::1]:80", "LOCALHOST")) {
            assertThat(get("/v1/models", "Host: " + ok)).as(ok).startsWith("HTTP/1.1 200 ");
        }
        for (String bad : List.of("example.com", "localhost.example.com", "10.0.0.1", "0.0.0.0:8080")) {
            assertThat(get("/v1/models", "Host: " + bad))
                    .as(bad)
                    .startsWith("HTTP/1.1 403 ")
                    .contains("\"type\":\"permission_error\"")
                    .contains("\"code\":\"origin_not_allowed\"")
                    .contains("x-request-id: ");
        }
        assertThat(get("/v1/models", "Host: localhost\r\nOrigin: http://localhost:3000"))
                .startsWith("HTTP/1.1 200 ");
        for (String bad : List.of("null", "https://example.com", "http://localhost.example.com")) {
            assertThat(get("/v1/models", "Host: localhost\r\nOrigin: " + bad))
                    .as(bad)
                    .startsWith("HTTP/1.1 403 ");
        }
    }

    @Test
    void names_what_is_wrong_with_a_path_or_method() {
        HttpResponse<String> unknown = gateway.get("/nothing");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("\"code\":\"unknown_url\"");
        for (String path : List.of("/chat/completions", "/images/edits")) {
            HttpResponse<String> wrong = gateway.get(path);
            assertThat(wrong.statusCode()).isEqualTo(405);
            assertThat(wrong.headers().firstValue("allow")).hasValue("POST");
            assertThat(wrong.body()).contains("\"code\":\"method_not_allowed\"");
            assertThat(wrong.headers().firstValue("x-request-id")).isPresent();
        }
        for (String path : List.of("/models/demo%2Fecho", "/models/demo/echo", "/models")) {
            HttpResponse<String> wrong = gateway.post(path, "{}");
            assertThat(wrong.statusCode()).as(path).isEqualTo(405);
            assertThat(wrong.headers().firstValue("allow")).as(path).hasValue("GET");
        }
        assertThat(send("/chat/completions", "OPTIONS").statusCode()).isEqualTo(405);
        assertThat(send("/files/x", "PATCH").headers().firstValue("allow")).hasValue("DELETE, GET");
    }

    @Test
    void shows_a_model_however_its_slash_is_written() {
        for (String path : List.of("/models/demo%2Fecho", "/models/demo%2fecho", "/models/demo/echo")) {
            HttpResponse<String> answer = gateway.get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            assertThat(answer.body()).contains("\"id\":\"demo/echo\"");
        }
        HttpResponse<String> unknown = gateway.get("/models/nope");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("model_not_found").contains("chat");
    }

    @Test
    void refuses_broken_bodies_and_keeps_the_connection() throws IOException {
        List<String> bodies = List.of(
                "",
                "{",
                "[]",
                "null",
                "\"text\"",
                "{\"messages\":[]}",
                "{\"model\":7}",
                "{\"model\":\"\"}",
                "{\"model\":\"a\",\"model\":\"chat\"}",
                "{\"model\":\"chat\"} x",
                "{\"model\":\"chat\",\"stream\":\"yes\"}",
                "{\"model\":\"chat\",\"x\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}");
        try (var socket = RawSocket.open(gateway.port())) {
            for (String body : bodies) {
                socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length()
                        + "\r\n\r\n" + body);
                String shown = body.length() > 60 ? body.substring(0, 60) : body;
                assertThat(socket.readAnswer())
                        .as(shown)
                        .startsWith("HTTP/1.1 400 ")
                        .contains("\"type\":\"invalid_request_error\"")
                        .contains("x-request-id: ");
            }
        }
        assertThat(gateway.post("/chat/completions", "{\"model\":\"nope\"}").statusCode())
                .isEqualTo(404);
        assertThat(upstream.requests()).isEmpty();
    }

    @Test
    void refuses_a_body_over_the_limit_and_closes_the_connection() throws IOException {
        try (var socket = RawSocket.open(gateway.port())) {
            socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n{");
            assertThat(socket.readToEnd())
                    .startsWith("HTTP/1.1 413 ")
                    .contains("connection: close")
                    .contains("\"code\":\"request_too_large\"");
        }
        try (var socket = RawSocket.open(gateway.port())) {
            socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            String chunk = "1000\r\n" + "x".repeat(0x1000) + "\r\n";
            for (int i = 0; i < 256; i++) {
                socket.send(chunk);
            }
            socket.send("1\r\nx\r\n");
            assertThat(socket.readToEnd()).startsWith("HTTP/1.1 413 ").contains("connection: close");
        }
    }

    @Test
    void lets_a_client_that_sends_it_all_first_read_why_its_body_was_too_large() {
        String body = "{\"model\":\"chat\",\"x\":\"" + "y".repeat(3_000_000) + "\"}";
        HttpResponse<String> answer = gateway.post("/chat/completions", body);
        assertThat(answer.statusCode()).isEqualTo(413);
    }

    @Test
    void refuses_bodies_that_cannot_be_read() {
        HttpResponse<String> packed = gateway.send(gateway.request("/chat/completions")
                .header("content-encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build());
        assertThat(packed.statusCode()).isEqualTo(415);
        assertThat(packed.body()).contains("unsupported_content_encoding");
        HttpResponse<String> form = gateway.send(gateway.request("/chat/completions")
                .header("content-type", "multipart/form-data; boundary=x")
                .POST(HttpRequest.BodyPublishers.ofString("--x--"))
                .build());
        assertThat(form.statusCode()).isEqualTo(415);
        assertThat(form.body()).contains("unsupported_media_type");
        assertThat(gateway.post("/audio/transcriptions", "{}").statusCode()).isEqualTo(415);
    }

    @Test
    void tells_that_stateful_endpoints_need_a_tenant() {
        HttpResponse<String> files = gateway.get("/files");
        assertThat(files.statusCode()).isEqualTo(403);
        assertThat(files.body()).contains("objects_not_enabled").contains("auth: keys");
    }

    private static HttpResponse<String> send(String path, String method) {
        return gateway.send(gateway.request(path)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build());
    }

    private static String get(String path, String headers) throws IOException {
        try (var socket = RawSocket.open(gateway.port())) {
            socket.send("GET " + path + " HTTP/1.1\r\n" + headers + "\r\n\r\n");
            return socket.readAnswer();
        }
    }
}
