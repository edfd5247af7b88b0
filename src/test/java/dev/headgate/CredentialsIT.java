// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.attempts;
import static dev.headgate.testkit.GatewayFixture.eventually;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.Received;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A backend with two keys: a bad one is left for the good one, and nobody outside learns what it was. */
final class CredentialsIT {
    private static final String FIRST = "canary-key-one";
    private static final String SECOND = "canary-key-two";

    @TempDir
    private Path dir;

    private FakeUpstream upstream;
    private GatewayFixture gateway;

    @BeforeEach
    void start() throws IOException {
        upstream = FakeUpstream.start();
        Path first = Files.writeString(dir.resolve("first"), FIRST);
        Path second = Files.writeString(dir.resolve("second"), SECOND);
        gateway = GatewayFixture.start(dir, "auth: none\n", """
                version: 1
                backends:
                  two: { baseUrl: "%1$s", apiKeys: ["file:%2$s", "file:%3$s"] }
                  one: { baseUrl: "%1$s", apiKeys: ["file:%2$s"] }
                models:
                  two: { backend: two }
                  one: { backend: one }
                routes:
                  two: { stable: two, retry: { attempts: 1 } }
                  twice: { stable: two, retry: { attempts: 2, backoff: 1ms } }
                  one: { stable: one, retry: { attempts: 1 } }
                """.formatted(upstream.baseUrl(), first, second), Map.of());
    }

    @AfterEach
    void stop() {
        gateway.awaitIdle();
        gateway.close();
        upstream.close();
    }

    private List<String> keysUsed() {
        return upstream.requests().stream()
                .map(Received::headers)
                .map(headers -> requireNonNull(headers.get("authorization")).replace("Bearer ", ""))
                .toList();
    }

    /** As vendors say it: with a part of the key in the message. */
    private static Behaviour refusal(int status, String code) {
        return Behaviour.json(
                status,
                "{\"error\":{\"message\":\"Incorrect API key provided: canary-key\",\"type\":\"x\",\"code\":\"" + code
                        + "\"}}");
    }

    @ParameterizedTest
    @CsvSource({
        "401, invalid_api_key, 401, 300",
        "402, payment_required, 402, 300",
        "403, forbidden, 403, 300",
        "429, insufficient_quota, 402, 300",
        "429, rate_limit_exceeded, 429, 20"
    })
    void moves_to_the_next_key_and_begins_with_it_from_then_on(int status, String code, int told, int seconds) {
        upstream.next(refusal(status, code).header("retry-after", "20"));

        HttpResponse<String> answer = gateway.chat("two");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(attempts(answer)).isEqualTo(2);
        assertThat(attempts(gateway.stream("two"))).isEqualTo(1);

        assertThat(keysUsed()).containsExactly(FIRST, SECOND, SECOND);
        assertThat(gateway.metric(
                        "headgate_credentials_parked_total", "backend=\"two\"", "key=\"0\"", "status=\"" + told + "\""))
                .isEqualTo(1);
        String page = gateway.admin("/admin/backends").body();
        assertThat(page).doesNotContain("canary");
        assertThat(page.replaceAll("\\s", "")).contains("\"parked\":true,\"status\":" + told + ",\"secondsLeft\":");
        assertThat(Integer.parseInt(page.replaceAll("(?s).*\"secondsLeft\" : (\\d+).*", "$1")))
                .isBetween(seconds - 15, seconds);
    }

    @Test
    void a_move_to_the_next_key_is_no_try() {
        upstream.script(refusal(401, "invalid_api_key"), Behaviour.error(500, "x", "Boom."), Behaviour.openAi());
        HttpResponse<String> answer = gateway.chat("twice");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(keysUsed()).containsExactly(FIRST, SECOND, SECOND);
    }

    @Test
    void a_backend_with_one_key_has_nowhere_to_go() {
        upstream.next(refusal(403, "forbidden"));
        HttpResponse<String> answer = gateway.chat("one");

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(attempts(answer)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"one, 1", "two, 2"})
    void all_keys_refused_is_an_error_of_ours_that_tells_nothing_of_theirs(String route, int tries) {
        upstream.always(refusal(401, "invalid_api_key"));
        HttpResponse<String> answer = gateway.chat(route);

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("\"code\":\"upstream_credentials_exhausted\"", "apiKeys");
        assertThat(answer.body()).doesNotContain("canary", "Incorrect", "invalid_api_key");
        assertThat(upstream.requests()).hasSize(tries);
    }

    @Test
    void all_keys_refused_before_is_told_with_a_last_try() {
        upstream.always(refusal(401, "invalid_api_key"));
        gateway.chat("two");
        HttpResponse<String> answer = gateway.chat("two");

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("upstream_credentials_exhausted").doesNotContain("canary");
        assertThat(answer.headers().firstValue("x-headgate-last-resort")).hasValue("true");
    }

    @Test
    void a_new_secret_starts_fresh() throws IOException {
        upstream.next(refusal(401, "invalid_api_key"));
        gateway.chat("two");
        assertThat(keysUsed()).containsExactly(FIRST, SECOND);

        Files.writeString(dir.resolve("first"), "canary-key-new");

        eventually("the new secret is used", () -> {
            gateway.chat("two");
            return keysUsed().getLast().equals("canary-key-new");
        });
        assertThat(gateway.admin("/admin/backends").body()).doesNotContain("canary", "\"parked\" : true");
    }
}
