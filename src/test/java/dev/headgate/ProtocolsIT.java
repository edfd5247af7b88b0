// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RawSocket;
import dev.headgate.testkit.TestCertificate;
import dev.headgate.testkit.TinyProxy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way in and out that is spoken, from the oldest client to HTTP/2, and through an egress proxy. */
final class ProtocolsIT {
    private static final String UNARY = "{\"model\":\"chat\",\"messages\":[]}";
    private static final String STREAM = "{\"model\":\"chat\",\"stream\":true,\"messages\":[]}";

    @TempDir
    private static Path dir;

    private static FakeUpstream upstream;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        gateway = GatewayFixture.start(GatewayFixture.routesTo(upstream));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
    }

    @Test
    void serves_a_client_that_offers_h2c() throws Exception {
        try (var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            for (String body : new String[] {UNARY, "{\"model\":\"chat\",\"x\":\"" + "y".repeat(200_000) + "\"}"}) {
                HttpResponse<String> answer = client.send(chat(gateway.baseUrl(), body), BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            }
        }
        assertThat(upstream.requests().getLast().headers().names())
                .doesNotContain("upgrade", "Upgrade", "HTTP2-Settings", "http2-settings");
    }

    @Test
    void serves_http_1_0() throws IOException {
        for (String more : new String[] {"", "Connection: keep-alive\r\n"}) {
            try (var socket = RawSocket.open(gateway.port())) {
                socket.send(old(more, UNARY));
                assertThat(socket.readToEnd()).startsWith("HTTP/1.0 200 ").contains("chat.completion");
            }
            upstream.next(Behaviour.stream("a", "b"));
            try (var socket = RawSocket.open(gateway.port())) {
                socket.send(old(more, STREAM));
                assertThat(socket.readToEnd())
                        .startsWith("HTTP/1.0 200 ")
                        .doesNotContainIgnoringCase("transfer-encoding")
                        .endsWith("data: [DONE]\n\n");
            }
        }
    }

    private static String old(String more, String body) {
        return RawSocket.post("/chat/completions", body).replace("HTTP/1.1\r\n", "HTTP/1.0\r\n" + more);
    }

    @Test
    void takes_a_body_in_chunks() throws IOException {
        try (var socket = RawSocket.open(gateway.port())) {
            socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < UNARY.length(); i++) {
                socket.send("1;ext=x\r\n" + UNARY.charAt(i) + "\r\n");
            }
            socket.send("0\r\nX-Trailer: x\r\n\r\n");
            assertThat(socket.readAnswer()).startsWith("HTTP/1.1 200 ");
            socket.send(RawSocket.post("/chat/completions", UNARY));
            assertThat(socket.readAnswer()).startsWith("HTTP/1.1 200 ");
        }
        assertThat(upstream.requests().getLast().body().toString()).isEqualTo(UNARY.replace("chat", "vendor-model"));
    }

    @Test
    void asks_for_the_body_of_a_client_that_waits_to_be_asked() throws IOException {
        try (var socket = RawSocket.open(gateway.port())) {
            String request =
                    RawSocket.post("/chat/completions", UNARY).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
            int body = request.indexOf("\r\n\r\n") + 4;
            socket.send(request.substring(0, body));
            assertThat(socket.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100 Continue");
            socket.send(request.substring(body));
            assertThat(socket.readAnswer()).startsWith("HTTP/1.1 200 ");
        }
        assertThat(upstream.requests().getLast().headers().contains("expect")).isFalse();
    }

    @Test
    void keeps_connections_on_both_sides() throws IOException {
        try (var own = FakeUpstream.start();
                var gateway = GatewayFixture.start(GatewayFixture.routesTo(own));
                var socket = RawSocket.open(gateway.port())) {
            for (int i = 0; i < 20; i++) {
                own.next(i % 2 == 0 ? Behaviour.chat("x") : Behaviour.stream("a"));
                socket.send(RawSocket.post("/chat/completions", i % 2 == 0 ? UNARY : STREAM));
                assertThat(socket.readAnswer()).startsWith("HTTP/1.1 200 ");
            }
            assertThat(own.acceptedConnections()).isEqualTo(1);
        }
    }

    @Test
    void speaks_http_2_over_tls() throws Exception {
        Path cert =
                Files.writeString(dir.resolve("cert.pem"), TestCertificate.get().pem());
        Path key =
                Files.writeString(dir.resolve("key.pem"), TestCertificate.get().privateKeyPem());
        String settings = "auth: none\nlisten: { host: 127.0.0.1, port: 0, tls: { cert: \"%s\", key: \"%s\" } }\n"
                .formatted(cert, key);
        try (var own = FakeUpstream.start();
                var secure = GatewayFixture.start(settings, GatewayFixture.routesTo(own));
                var client = HttpClient.newBuilder()
                        .sslContext(TestCertificate.get().trusting())
                        .version(HttpClient.Version.HTTP_2)
                        .build()) {
            String base = "https://127.0.0.1:" + secure.port() + "/v1";
            HttpResponse<String> unary = client.send(chat(base, UNARY), BodyHandlers.ofString());
            assertThat(unary.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(unary.statusCode()).isEqualTo(200);
            assertThat(unary.headers().firstValue("connection")).isEmpty();

            own.next(Behaviour.stream("a", "b"));
            assertThat(client.send(chat(base, STREAM), BodyHandlers.ofString()).body())
                    .endsWith("data: [DONE]\n\n");

            HttpResponse<String> wrong = client.send(chat(base, "{"), BodyHandlers.ofString());
            assertThat(wrong.statusCode()).isEqualTo(400);
            HttpResponse<String> path = client.send(
                    HttpRequest.newBuilder(URI.create(base + "/%2e%2e/x")).build(), BodyHandlers.ofString());
            assertThat(path.statusCode()).isEqualTo(400);

            int before = own.requests().size();
            own.next(Behaviour.endless(200).every(Duration.ofMillis(2)));
            var stream = client.send(chat(base, STREAM), BodyHandlers.ofInputStream())
                    .body();
            assertThat(stream.read()).isPositive();
            stream.close();
            own.awaitRequestClosed(before + 1);
            secure.awaitIdle();

            own.next(Behaviour.stream("one", "two").cutAfter(1, Behaviour.Cut.FIN));
            assertThat(client.send(chat(base, STREAM), BodyHandlers.ofString()).body())
                    .contains("data: {\"error\"");
            assertThat(client.send(chat(base, UNARY), BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void trusts_a_backend_by_its_own_authority_and_keeps_its_connection() throws IOException {
        Path ca = Files.writeString(dir.resolve("ca.pem"), TestCertificate.get().pem());
        try (var secure = FakeUpstream.startTls();
                var gateway = GatewayFixture.start("""
                        version: 1
                        backends:
                          trusted: { baseUrl: "%1$s", auth: none, tls: { ca: "file:%2$s" } }
                          untrusted: { baseUrl: "%1$s", auth: none }
                        routes:
                          "a/*": { backend: trusted }
                          "b/*": { backend: untrusted }
                        """.formatted(secure.baseUrl(), ca))) {
            try (var socket = RawSocket.open(gateway.port())) {
                for (int i = 0; i < 5; i++) {
                    socket.send(RawSocket.post("/chat/completions", "{\"model\":\"a/x\"}"));
                    assertThat(socket.readAnswer()).startsWith("HTTP/1.1 200 ");
                }
            }
            assertThat(secure.acceptedConnections()).isEqualTo(1);

            HttpResponse<String> refused = gateway.post("/chat/completions", "{\"model\":\"b/x\"}");
            assertThat(refused.statusCode()).isBetween(502, 503);
            assertThat(refused.body()).contains("untrusted");
            assertThat(secure.requests()).hasSize(5);
        }
    }

    @Test
    void reaches_backends_through_an_egress_proxy() throws IOException {
        Path ca = Files.writeString(
                dir.resolve("proxied.pem"), TestCertificate.get().pem());
        try (var proxy = TinyProxy.start();
                var secure = FakeUpstream.startTls();
                var gateway =
                        GatewayFixture.start("""
                        version: 1
                        backends:
                          plain: { baseUrl: "%1$s", auth: none, proxy: "http://127.0.0.1:%4$d" }
                          secure: { baseUrl: "%2$s", auth: none, tls: { ca: "file:%3$s" }, proxy: "http://127.0.0.1:%4$d" }
                        routes:
                          "a/*": { backend: plain }
                          "b/*": { backend: secure }
                        """.formatted(upstream.baseUrl(), secure.baseUrl(), ca, proxy.port()));
                var socket = RawSocket.open(gateway.port())) {
            for (String model : new String[] {"a/x", "b/x", "a/x", "b/x"}) {
                socket.send(RawSocket.post("/chat/completions", "{\"model\":\"" + model + "\"}"));
                assertThat(socket.readAnswer()).as(model).startsWith("HTTP/1.1 200 ");
            }
            assertThat(proxy.requestLines())
                    .containsExactlyInAnyOrder(
                            "POST http://127.0.0.1:" + upstream.port() + "/v1/chat/completions HTTP/1.1",
                            "CONNECT 127.0.0.1:" + secure.port() + " HTTP/1.1");
        }
    }

    @Test
    void builds_azures_paths() {
        try (var gateway = GatewayFixture.start("""
                version: 1
                backends:
                  dated: { type: azure, baseUrl: "http://127.0.0.1:%1$d", apiVersion: 2024-10-21, auth: none }
                models:
                  a: { backend: dated, id: my gpt }
                routes:
                  a: { stable: a }
                """.formatted(upstream.port()))) {
            assertThat(uriOf(gateway, "/chat/completions", "a"))
                    .isEqualTo("/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21");
            assertThat(uriOf(gateway, "/embeddings?x=1", "a"))
                    .isEqualTo("/openai/deployments/my%20gpt/embeddings?x=1&api-version=2024-10-21");
            assertThat(uriOf(gateway, "/responses", "a")).isEqualTo("/openai/responses?api-version=2024-10-21");
        }
    }

    private static String uriOf(GatewayFixture gateway, String path, String model) {
        assertThat(gateway.post(path, "{\"model\":\"" + model + "\"}").statusCode())
                .isEqualTo(200);
        return upstream.requests().getLast().uri();
    }

    private static HttpRequest chat(String base, String body) {
        return HttpRequest.newBuilder(URI.create(base + "/chat/completions"))
                .timeout(Duration.ofSeconds(20))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }
}
