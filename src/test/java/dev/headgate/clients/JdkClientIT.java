// SPDX-License-Identifier: Apache-2.0
package dev.headgate.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Behaviour;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The JDK's client with its defaults: it prefers HTTP/2, and so offers an upgrade on the first request of each connection over
 * clear text (RFC 7540, 3.2). Each test has a new client, and therefore a first request.
 */
final class JdkClientIT {
    private static ClientFixture clients;
    private HttpClient client;

    @BeforeAll
    static void start() {
        clients = new ClientFixture();
    }

    @AfterAll
    static void stop() {
        clients.close();
    }

    @BeforeEach
    void open() {
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void answers_whole_and_again() throws Exception {
        for (int i = 0; i < 3; i++) {
            var answer = post("{\"model\":\"demo/echo\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("\"content\":\"Hi\"");
            assertThat(answer.headers().firstValue("x-request-id")).isPresent();
        }
    }

    @Test
    void streams() throws Exception {
        var answer = client.send(
                request("{\"model\":\"demo/echo\",\"stream\":true,"
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"one two three\"}]}"),
                BodyHandlers.ofLines());

        assertThat(answer.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        assertThat(answer.body().filter(line -> !line.isEmpty()))
                .hasSizeGreaterThan(4)
                .allSatisfy(line -> assertThat(line).startsWith("data: "))
                .last()
                .isEqualTo("data: [DONE]");
    }

    @ParameterizedTest
    @ValueSource(ints = {200_000, 1_000_000})
    void sends_a_large_body_with_the_first_request(int size) throws Exception {
        String body =
                "{\"messages\":[{\"role\":\"user\",\"content\":\"" + "x".repeat(size) + "\"}],\"model\":\"up/chat\"}";

        var answer = post(body);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(clients.lastRequest().body().toString().equals(body))
                .as("the same body")
                .isTrue();
    }

    @Test
    void does_not_pass_the_offer_of_an_upgrade_on() throws Exception {
        var answer = post("{\"model\":\"up/chat\",\"messages\":[]}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(clients.lastRequest().headers().names())
                .map(String::toLowerCase)
                .doesNotContain("upgrade", "http2-settings");
        assertThat(clients.lastRequest().headers().get("connection"))
                .isNotEqualToIgnoringCase("upgrade, http2-settings");
    }

    @Test
    void sends_half_characters_and_long_numbers_as_they_are() throws Exception {
        String body = "{ \"seed\": 123456789012345678901234567890, \"x\": [1.0, 1e3, {}],"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"\\ud83d alone \\uDE00 \\u00fc ü 🌍\"}],\"model\":\"up/chat\"}";

        post(body);

        assertThat(clients.lastRequest().body().toString()).isEqualTo(body);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 409, 422, 429})
    void gets_the_backends_refusal_byte_for_byte(int status) throws Exception {
        String refusal =
                "{ \"error\" : {\"message\":\"no\\u00fc\", \"param\" : null,\n \"code\":\"x\", \"n\":1.0}, \"more\":[] }\n";
        clients.upstream().next(Behaviour.json(status, refusal));

        var answer = post("{\"model\":\"up/chat\",\"messages\":[]}");

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo(refusal);
    }

    @Test
    void ends_the_backends_work_when_the_client_leaves() throws Exception {
        int before = clients.upstream().requests().size();
        clients.upstream().next(Behaviour.endless(200).every(Duration.ofMillis(5)));

        var answer = client.send(
                request("{\"model\":\"up/chat\",\"stream\":true,\"messages\":[]}"), BodyHandlers.ofInputStream());
        try (var events = answer.body()) {
            assertThat(events.readNBytes(400)).hasSize(400);
        }

        clients.upstream().awaitRequestClosed(before + 1);
    }

    @Test
    void sees_a_broken_stream_as_broken_or_marked() throws Exception {
        clients.upstream().next(Behaviour.stream("Hel", "lo").cutAfter(1, Behaviour.Cut.RST));

        List<String> lines = linesOf("{\"model\":\"up/chat\",\"stream\":true,\"messages\":[]}");

        assertThat(lines).doesNotContain("data: [DONE]");
        assertThat(lines.getLast()).startsWith("data: {\"error\":");
    }

    private List<String> linesOf(String body) throws IOException, InterruptedException {
        return client.send(request(body), BodyHandlers.ofLines())
                .body()
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private HttpResponse<String> post(String body) throws IOException, InterruptedException {
        return client.send(request(body), BodyHandlers.ofString());
    }

    private static HttpRequest request(String body) {
        return HttpRequest.newBuilder(URI.create(clients.baseUrl() + "/chat/completions"))
                .timeout(Duration.ofSeconds(20))
                .header("authorization", "Bearer " + clients.key())
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }
}
