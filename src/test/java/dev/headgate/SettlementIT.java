// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.headgate.auth.KeyFormat;
import dev.headgate.call.Endpoint;
import dev.headgate.http.Times;
import dev.headgate.metering.AnswerTally;
import dev.headgate.metering.ImageRule;
import dev.headgate.metering.TokenCorrection;
import dev.headgate.metering.TokenEstimator;
import dev.headgate.telemetry.Logging;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.Behaviour.Cut;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RawSocket;
import dev.headgate.testkit.Received;
import dev.headgate.testkit.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What calls are charged whose answer is not whole, has no count, or comes when the client is gone. */
final class SettlementIT {
    private static final String KEY = KeyFormat.create(new Random(11));
    private static final Duration SOON = Duration.ofMillis(300);
    private static final Times TIMES = new Times(
            Duration.ofMillis(10),
            Duration.ofSeconds(15),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofSeconds(60));
    private static final Times SHORT = new Times(
            TIMES.tick(), TIMES.keepAlive(), TIMES.stall(), TIMES.idle(), TIMES.linger(), Duration.ofMillis(200));

    private final Lines lines = new Lines();
    private final Logger logger = (Logger) LoggerFactory.getLogger(Logging.ACCESS);
    private final FakeUpstream upstream = FakeUpstream.start();
    private final FakeUpstream spare = FakeUpstream.start();
    private GatewayFixture gateway;

    @BeforeEach
    void start() {
        gateway = start(TIMES, "30s");
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
        gateway.close();
        upstream.close();
        spare.close();
    }

    private GatewayFixture start(Times times, String grace) {
        return GatewayFixture.start(
                "auth: keys\nserver: { drain: { grace: %s } }\n".formatted(grace),
                """
                version: 1
                defaults: { onDisconnect: drain, retry: { backoff: 1ms } }
                backends:
                  up: { baseUrl: "%s", auth: none, timeouts: { idle: 300ms } }
                  slow: { baseUrl: "%s", auth: none }
                  spare: { baseUrl: "%s", auth: none }
                models:
                  m: { backend: up }
                  silent: { backend: slow }
                  s: { backend: spare }
                routes:
                  chat: { stable: m, retry: { attempts: 1 }, onDisconnect: cancel }
                  cancelled: { stable: silent, onDisconnect: cancel }
                  drained: { stable: silent, fallback: [s], earlyHead: 150ms }
                  brief: { stable: silent, timeouts: { total: 3s } }
                tenants:
                """.formatted(upstream.baseUrl(), upstream.baseUrl(), spare.baseUrl())
                        + GatewayFixture.tenant(
                                "acme",
                                KEY,
                                "limits: [{ tokensPerDay: 1M }]\n    perRoute: { drained: { concurrency: 1 } }"),
                times);
    }

    @Test
    void a_stream_without_usage_is_charged_for_its_prompt_and_its_text() throws IOException {
        upstream.next(Behaviour.rawEvents(token("Hello "), token("there"), "data: [DONE]\n\n"));
        charges("chat", "Hello there");
    }

    @Test
    void a_document_without_usage_is_charged_for_its_prompt_and_its_text() throws IOException {
        upstream.next(Behaviour.json(200, "{\"choices\":[{\"message\":{\"content\":\"Hello there\"}}]}"));
        String body = GatewayFixture.chatBody("chat", false);
        try (RawSocket socket = send(body)) {
            assertThat(socket.readAnswer()).contains("Hello there");
        }
        assertThat(charged()).isEqualTo(prompt(body) + output("Hello there"));
        assertThat(last()).containsEntry("usage_estimated", true);
    }

    @Test
    void an_explicit_zero_is_zero() throws IOException {
        upstream.next(Behaviour.rawEvents(
                token("Hello"),
                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0}}\n\n",
                "data: [DONE]\n\n"));
        leave(GatewayFixture.chatBody("chat", true), "[DONE]");
        assertThat(charged()).isEqualTo(0L);
        assertThat(last()).doesNotContainKey("usage_estimated");
    }

    @Test
    void streams_that_break_off_or_fall_silent_are_charged_for_their_prompt_and_what_came() throws IOException {
        Behaviour stream = Behaviour.stream("Hello there", "unsent");
        for (Behaviour broken : List.of(
                stream.cutAfter(1, Cut.FIN),
                stream.stallAfter(1),
                Behaviour.rawEvents(token("Hello "), token("there")))) {
            upstream.next(broken);
            charges("chat", "Hello there");
        }
    }

    @Test
    void a_client_that_leaves_a_stream_is_charged_for_the_prompt_and_what_came() throws IOException {
        upstream.next(Behaviour.stream("Hello there", "unsent").stallAfter(1));
        String body = GatewayFixture.chatBody("cancelled", true);
        leave(body, "Hello there");
        assertThat(charged()).isEqualTo(prompt(body) + output("Hello there"));
        assertThat(last()).containsEntry("ending", "client_gone").doesNotContainKey("drained");
        assertThat(received().answer()).isEqualTo(Received.Answer.CLIENT_GONE);
    }

    @Test
    void a_client_that_leaves_before_a_stream_is_charged_for_the_prompt() throws IOException {
        upstream.next(Behaviour.silence());
        String body = GatewayFixture.chatBody("cancelled", true);
        leaveWaiting(body);
        assertThat(charged()).isEqualTo(prompt(body));
    }

    @Test
    void drains_a_stream_to_the_vendors_final_count_and_holds_its_place_meanwhile() throws IOException {
        upstream.next(words(100).every(Duration.ofMillis(20)));
        leave(GatewayFixture.chatBody("drained", true), "word");
        try (RawSocket second = send(GatewayFixture.chatBody("drained", false))) {
            assertThat(second.readAnswer()).contains("concurrency_limit_exceeded");
        }
        awaitLines(2);

        assertThat(last())
                .containsEntry("tokens_charged", 11L + 100)
                .containsEntry("tokens_out", 100L)
                .containsEntry("ending", "client_gone")
                .containsEntry("drained", true)
                .containsEntry("status", 200)
                .doesNotContainKeys("usage_estimated", "error");
        assertThat(received().answer()).isEqualTo(Received.Answer.SENT);
        upstream.next(Behaviour.chat("free again"));
        try (RawSocket third = send(GatewayFixture.chatBody("drained", false))) {
            assertThat(third.readAnswer()).contains("free again");
        }
    }

    @Test
    void drains_a_document_that_had_not_begun() throws IOException {
        upstream.next(Behaviour.chat("Hello there").after(SOON));
        leaveWaiting(GatewayFixture.chatBody("drained", false));
        assertThat(charged()).isEqualTo(11L + 2);
        assertThat(last()).containsEntry("status", 499).containsEntry("drained", true);
        assertThat(received().answer()).isEqualTo(Received.Answer.SENT);
    }

    @Test
    void drains_a_stream_behind_an_early_head() throws IOException {
        upstream.next(words(3).after(Duration.ofMillis(600)));
        leave(GatewayFixture.chatBody("drained", true), ": waiting");
        assertThat(charged()).isEqualTo(11L + 3);
        assertThat(last()).containsEntry("drained", true);
    }

    @Test
    void drains_a_document_that_is_larger_than_what_is_taken_whole() throws IOException {
        upstream.next(Behaviour.json(
                        200,
                        "{\"text\":\"%s\",\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6}}"
                                .formatted("x".repeat(40_000_000 / 4)))
                .uncompressed());
        leave(GatewayFixture.chatBody("drained", false), "\r\n\r\n");
        assertThat(charged()).isEqualTo(5L + 6);
        assertThat(last()).containsEntry("drained", true);
    }

    @Test
    void begins_no_other_try_for_a_client_that_is_gone() throws IOException {
        upstream.next(Behaviour.error(500, "server_error", "no").after(SOON));
        leaveWaiting(GatewayFixture.chatBody("drained", false));
        assertThat(charged()).isEqualTo(0L);
        assertThat(last()).containsEntry("attempts", 1);
        assertThat(spare.requests()).isEmpty();
        assertThat(upstream.requests()).hasSize(1);
    }

    @Test
    void a_deadline_cuts_what_is_drained() throws IOException {
        upstream.next(Behaviour.stream("Hello there", "unsent").stallAfter(1));
        String body = GatewayFixture.chatBody("brief", true);
        leave(body, "Hello there");
        assertThat(charged()).isEqualTo(prompt(body) + output("Hello there"));
        assertThat(last()).containsEntry("drained", true).containsEntry("ending", "client_gone");
        assertThat(received().answer()).isEqualTo(Received.Answer.CLIENT_GONE);
    }

    @Test
    void cuts_what_drains_for_too_long_and_charges_what_came() throws IOException {
        gateway.close();
        gateway = start(SHORT, "30s");
        upstream.next(Behaviour.stream("Hello there", "unsent").stallAfter(1));
        String body = GatewayFixture.chatBody("drained", true);
        leave(body, "Hello there");
        assertThat(charged()).isEqualTo(prompt(body) + output("Hello there"));

        upstream.next(Behaviour.silence());
        leaveWaiting(GatewayFixture.chatBody("drained", true));
        awaitLines(2);
        assertThat(last())
                .containsEntry("tokens_charged", prompt(body))
                .containsEntry("drained", true)
                .containsEntry("upstream_status", 0);
        upstream.awaitRequestClosed(2);
        assertThat(received().answer()).isEqualTo(Received.Answer.CLIENT_GONE);
    }

    @Test
    void a_shutdown_cuts_what_is_drained() throws IOException {
        gateway.close();
        gateway = start(TIMES, "200ms");
        upstream.next(Behaviour.stream("Hello there", "unsent").stallAfter(1));
        String body = GatewayFixture.chatBody("drained", true);
        leave(body, "Hello there");
        GatewayFixture.await(gateway.gateway().drain());

        assertThat(charged()).isEqualTo(prompt(body) + output("Hello there"));
        assertThat(last()).containsEntry("drained", true);
        upstream.awaitRequestClosed(1);
    }

    /** A stream is charged for its prompt and this text, and what is left says so. */
    private void charges(String route, String text) throws IOException {
        int before = lines.all.size();
        String body = GatewayFixture.chatBody(route, true);
        try (RawSocket socket = send(body)) {
            socket.readAnswer();
        }
        awaitLines(before + 1);
        assertThat(last())
                .containsEntry("tokens_charged", prompt(body) + output(text))
                .containsEntry("usage_estimated", true);
    }

    private static long prompt(String body) {
        return TokenEstimator.estimate(body.getBytes(StandardCharsets.UTF_8), Endpoint.CHAT, ImageRule.of("m"))
                .tokens();
    }

    private static long output(String text) {
        AnswerTally tally = new AnswerTally(new TokenCorrection());
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        tally.add(bytes, 0, bytes.length);
        return tally.tokens(Sample.target("up"));
    }

    private static String token(String text) {
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}\n\n";
    }

    private static Behaviour words(int count) {
        return Behaviour.stream(IntStream.range(0, count).mapToObj(i -> "word ").toArray(String[]::new));
    }

    private RawSocket send(String body) throws IOException {
        RawSocket socket = RawSocket.open(gateway.port());
        socket.send(RawSocket.post("/chat/completions", body)
                .replace("Host:", "Authorization: Bearer " + KEY + "\r\nHost:"));
        return socket;
    }

    /** Calls, and leaves once this much of the answer has come. */
    private void leave(String body, String last) throws IOException {
        try (RawSocket socket = send(body)) {
            socket.readUntil(last);
        }
    }

    /** Calls, and leaves once the backend has been asked. */
    private void leaveWaiting(String body) throws IOException {
        int asked = upstream.requests().size();
        RawSocket socket = send(body);
        upstream.awaitRequests(asked + 1);
        socket.close();
    }

    private Received received() {
        upstream.awaitRequestClosed(upstream.requests().size());
        return upstream.requests().getLast();
    }

    private Object charged() {
        awaitLines(1);
        return last().getOrDefault("tokens_charged", "nothing was said");
    }

    private void awaitLines(int count) {
        GatewayFixture.eventually(count + " lines", () -> lines.all.size() >= count);
        assertThat(lines.all).hasSize(count);
    }

    private Map<String, Object> last() {
        return lines.all.getLast();
    }

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final List<Map<String, Object>> all = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            all.add(event.getKeyValuePairs().stream().collect(Collectors.toMap(pair -> pair.key, pair -> pair.value)));
        }
    }
}
