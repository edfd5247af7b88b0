// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.headgate.auth.KeyFormat;
import dev.headgate.telemetry.Logging;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** One access line per call, whatever came of it, and nothing secret in it. */
final class AccessLogIT {
    private static final String KEY = KeyFormat.create(new SecureRandom());

    private final Lines lines = new Lines();
    private final Logger logger = (Logger) LoggerFactory.getLogger(Logging.ACCESS);
    private FakeUpstream upstream;
    private GatewayFixture gateway;

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
        gateway = GatewayFixture.start(
                "auth: keys\nserver: { maxBody: 1KB }\n",
                "defaults: { retry: { attempts: 1 } }\n" + GatewayFixture.routesTo(upstream) + "tenants:\n"
                        + GatewayFixture.tenant("acme", KEY, "mayUse: [chat]"));
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
        gateway.close();
        upstream.close();
    }

    @Test
    void tells_who_called_what_was_decided_and_what_it_cost() {
        HttpResponse<String> answer = call("/chat/completions", "{\"model\":\"chat\",\"messages\":[]}", KEY);

        Map<String, Object> line = only();
        assertThat(line)
                .containsEntry("status", 200)
                .containsEntry("tenant", "acme")
                .containsEntry("key", "web")
                .containsEntry("route", "chat")
                .containsEntry("variant", "stable")
                .containsEntry("model", "chat")
                .containsEntry("backend", "up")
                .containsEntry("attempts", 1)
                .containsEntry("ending", "complete")
                .containsKeys("duration_ms", "overhead_ms", "tokens_in", "tokens_out", "revision");
        assertThat(answer.headers().firstValue("x-request-id")).hasValue(String.valueOf(line.get("call")));
    }

    @Test
    void writes_one_line_for_every_refusal_too() {
        assertThat(call("/chat/completions", "{\"model\":\"chat\"}", "hg_wrong").statusCode())
                .isEqualTo(401);
        assertThat(call("/chat/completions", "{", KEY).statusCode()).isEqualTo(400);
        assertThat(call("/chat/completions", "{\"model\":\"nope\"}", KEY).statusCode())
                .isEqualTo(404);
        assertThat(call("/nope", "{}", KEY).statusCode()).isEqualTo(404);
        assertThat(call("/models", "{}", KEY).statusCode()).isEqualTo(405);
        assertThat(call("/chat/completions", "{\"model\":\"" + "x".repeat(2000) + "\"}", KEY)
                        .statusCode())
                .isEqualTo(413);
        upstream.next(Behaviour.error(500, "server_error", "broken"));
        assertThat(call("/chat/completions", "{\"model\":\"chat\"}", KEY).statusCode())
                .isEqualTo(502);

        eventually("seven lines", () -> lines.all.size() == 7);
        assertThat(lines.all).extracting(line -> line.get("status")).containsExactly(401, 400, 404, 404, 405, 413, 502);
        assertThat(lines.all)
                .extracting(line -> line.get("error"))
                .containsExactly(
                        "invalid_api_key",
                        "invalid_request",
                        "model_not_found",
                        "unknown_path",
                        "method_not_allowed",
                        "too_large",
                        "upstream_failed");
    }

    @Test
    void echoes_and_logs_the_clients_request_id_but_never_an_unfit_one() {
        HttpResponse<String> fit = gateway.send(request("/models", KEY)
                .header("x-request-id", "abc-1.2_3")
                .GET()
                .build());
        HttpResponse<String> unfit = gateway.send(
                request("/models", KEY).header("x-request-id", "a b<c>").GET().build());

        assertThat(fit.headers().firstValue("x-request-id")).hasValue("abc-1.2_3");
        assertThat(unfit.headers().firstValue("x-request-id"))
                .hasValueSatisfying(id -> assertThat(id).startsWith("call_"));
        eventually("two lines", () -> lines.all.size() == 2);
        assertThat(lines.all.getFirst()).containsEntry("request_id", "abc-1.2_3");
        assertThat(lines.all.getLast()).doesNotContainKey("request_id");
    }

    @Test
    void holds_no_key_no_prompt_and_no_answer() {
        upstream.next(Behaviour.chat("canary-answer"));
        call(
                "/chat/completions",
                "{\"model\":\"chat\",\"messages\":[{\"role\":\"user\",\"content\":\"canary-prompt\"}]}",
                KEY);
        call("/chat/completions", "{\"model\":\"chat\",\"x\":\"canary-prompt\",}", KEY);

        eventually("two lines", () -> lines.all.size() == 2);
        assertThat(lines.all.toString()).doesNotContain(KEY, "canary-answer", "canary-prompt");
    }

    private Map<String, Object> only() {
        eventually("a line", () -> !lines.all.isEmpty());
        assertThat(lines.all).hasSize(1);
        return lines.all.getFirst();
    }

    private HttpRequest.Builder request(String path, String key) {
        return gateway.request(path).header("authorization", "Bearer " + key);
    }

    private HttpResponse<String> call(String path, String body, String key) {
        return gateway.send(request(path, key)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    /** The key-value pairs of every access line. */
    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final List<Map<String, Object>> all = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            all.add(event.getKeyValuePairs().stream().collect(Collectors.toMap(pair -> pair.key, pair -> pair.value)));
        }
    }
}
