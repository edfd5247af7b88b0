// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RawSocket;
import io.vertx.core.MultiMap;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which headers pass, seen from both ends of the gateway. */
final class HeadersIT {
    private static final String BODY = "{\"model\":\"chat\",\"messages\":[]}";
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
    void passes_up_what_is_harmless_and_nothing_else() throws IOException {
        List<String> stopped = List.of(
                "Keep-Alive: timeout=5",
                "Proxy-Connection: keep-alive",
                "Proxy-Authenticate: Basic",
                "Proxy-Authorization: Basic secret",
                "TE: trailers",
                "Trailer: x-sum",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAAQAAP__",
                "Authorization: Bearer secret",
                "Api-Key: secret",
                "X-Api-Key: secret",
                "X-Goog-Api-Key: secret",
                "Cookie: session=secret",
                "Forwarded: for=10.0.0.1",
                "X-Forwarded-For: 10.0.0.1",
                "X-Forwarded-Host: secret.example",
                "X-Forwarded-Whatever: x",
                "X-Real-IP: 10.0.0.1",
                "OpenAI-Organization: org-x",
                "OpenAI-Project: proj-x",
                "X-Should-Retry: true",
                "X-Headgate-Route: other",
                "X-Headgate-Anything: x",
                "X-Named-By-Connection: x",
                "X-Also-Named: x");
        List<String> passing = List.of(
                "OpenAI-Beta: assistants=v2",
                "User-Agent: test/1.0",
                "X-Stainless-Lang: js",
                "X-Unknown: one",
                "X-Unknown: two",
                "Accept: application/json",
                "Accept-Language: de, en;q=0.5",
                "Idempotency-Key: 8e03978e",
                "X-Request-Id: mine-1");

        MultiMap seen = send(
                        "Connection: keep-alive, X-Named-By-Connection , upgrade,x-also-named,HTTP2-Settings",
                        stopped,
                        passing)
                .headers();

        for (String line : stopped) {
            assertThat(seen.names().stream().map(n -> n.toLowerCase(Locale.ROOT)))
                    .as(line)
                    .doesNotContain(line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT));
        }
        for (String line : passing) {
            int colon = line.indexOf(':');
            assertThat(seen.getAll(line.substring(0, colon))).as(line).contains(line.substring(colon + 2));
        }
        assertThat(seen.getAll("x-unknown")).containsExactly("one", "two");
        assertThat(seen.getAll("host")).containsExactly("127.0.0.1:" + upstream.port());
        assertThat(seen.getAll("accept-encoding")).containsExactly("identity");
        assertThat(seen.getAll("content-type")).containsExactly("application/json");
        assertThat(seen.getAll("content-length")).hasSize(1);
        assertThat(seen.contains("expect")).isFalse();
    }

    private dev.headgate.testkit.Received send(String connection, List<String> first, List<String> second)
            throws IOException {
        try (var socket = RawSocket.open(gateway.port())) {
            socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Accept-Encoding: gzip, br\r\nContent-Length: " + BODY.length() + "\r\n" + connection + "\r\n"
                    + String.join("\r\n", first) + "\r\n" + String.join("\r\n", second) + "\r\n\r\n" + BODY);
            assertThat(socket.readAnswer()).startsWith("HTTP/1.1 200 ");
        }
        return upstream.requests().getLast();
    }

    @Test
    void passes_down_what_is_harmless_and_nothing_else() throws IOException {
        List<String> stopped = List.of(
                "Keep-Alive: timeout=5",
                "Proxy-Authenticate: Basic",
                "Upgrade: h2",
                "Trailer: x-sum",
                "Set-Cookie: session=secret",
                "OpenAI-Organization: org-x",
                "X-RateLimit-Limit-Requests: 10",
                "X-RateLimit-Remaining-Tokens: 10",
                "Alt-Svc: h3=\":443\"",
                "Strict-Transport-Security: max-age=1",
                "X-Named: x");
        List<String> passing = List.of(
                "Content-Type: application/json; charset=utf-8",
                "OpenAI-Processing-Ms: 12",
                "OpenAI-Version: 2020-10-01",
                "X-Unknown: one",
                "X-Unknown: two",
                "Retry-After: 3",
                "X-Should-Retry: false",
                "Date: Sat, 01 Jan 2000 00:00:00 GMT",
                "Cache-Control: no-cache");
        upstream.next(Behaviour.raw("HTTP/1.1 200 OK\r\nConnection: close, X-Named\r\n" + String.join("\r\n", stopped)
                + "\r\n" + String.join("\r\n", passing) + "\r\nX-Request-Id: theirs\r\nContent-Length: 2\r\n\r\n{}"));

        String answer = roundTrip("X-Request-Id: mine-2\r\n").toLowerCase(Locale.ROOT);

        String head = answer.substring(0, answer.indexOf("\r\n\r\n"));
        for (String line : stopped) {
            assertThat(head)
                    .doesNotContain(
                            "\r\n" + line.substring(0, line.indexOf(':') + 1).toLowerCase(Locale.ROOT));
        }
        for (String line : passing) {
            assertThat(head).contains("\r\n" + line.toLowerCase(Locale.ROOT));
        }
        assertThat(head).contains("\r\nx-request-id: mine-2").doesNotContain("theirs");
        assertThat(head.split("\r\ncontent-length: ", -1)).hasSize(2);
        assertThat(head).doesNotContain("\r\nconnection:");
    }

    @Test
    void makes_a_request_id_where_the_client_sent_none_or_one_that_cannot_be_logged() throws IOException {
        for (String sent : List.of("", "X-Request-Id: a b\r\n", "X-Request-Id: " + "x".repeat(65) + "\r\n")) {
            upstream.next(Behaviour.chat("hi").header("x-request-id", "theirs"));
            String answer = roundTrip(sent);
            assertThat(answer)
                    .containsPattern("x-request-id: call_[0-9a-z]{20}\r\n")
                    .doesNotContain("theirs");
        }
    }

    @Test
    void tells_an_open_caller_what_happened_inside() throws IOException {
        upstream.next(Behaviour.chat("hi").header("x-headgate-route", "of another gateway"));
        assertThat(roundTrip(""))
                .containsPattern("x-headgate-call: call_[0-9a-z]{20}\r\n")
                .contains("x-headgate-route: chat\r\n")
                .contains("x-headgate-model: m\r\n")
                .contains("x-headgate-backend: up\r\n")
                .contains("x-headgate-attempts: 1\r\n")
                .doesNotContain("of another gateway");
    }

    private static String roundTrip(String headers) throws IOException {
        try (var socket = RawSocket.open(gateway.port())) {
            socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n" + headers + "Content-Length: "
                    + BODY.length() + "\r\n\r\n" + BODY);
            return socket.readAnswer();
        }
    }
}
