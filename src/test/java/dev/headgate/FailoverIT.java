// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.attempts;
import static dev.headgate.testkit.GatewayFixture.backend;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.Behaviour.Cut;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two backends behind one name: what is wrong with the first the client never sees, and what is wrong with the call it sees at once. */
final class FailoverIT {
    private static final String FIRST = "words of the first one";
    private static final String TOKEN = "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n";
    private static FakeUpstream first;
    private static FakeUpstream second;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() {
        first = FakeUpstream.start();
        second = FakeUpstream.start();
        gateway = GatewayFixture.start(routes());
    }

    private static String routes() {
        return """
                version: 1
                backends:
                  first: { baseUrl: "%s", auth: none, breaker: { minimumCalls: 100000 } }
                  second: { baseUrl: "%s", auth: none }
                models:
                  m1: { backend: first }
                  m2: { backend: second }
                routes:
                  chat: { stable: m1, fallback: [m2], retry: { attempts: 2 } }
                  once: { stable: m1, fallback: [m2], retry: { attempts: 1 } }
                  alone: { stable: m1, retry: { attempts: 1 } }
                """.formatted(first.baseUrl(), second.baseUrl());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        first.close();
        second.close();
    }

    @AfterEach
    void nothing_is_left_running() {
        gateway.awaitIdle();
    }

    private record Fault(String name, Behaviour behaviour) {}

    private static Stream<Fault> faults() {
        Stream<Fault> statuses = Stream.of(408, 409, 429, 500, 502, 503, 504, 529)
                .map(status -> new Fault("status " + status, Behaviour.error(status, "x", FIRST)));
        return Stream.concat(
                statuses,
                Stream.of(
                        new Fault("a reset", Behaviour.hangUp(Cut.RST)),
                        new Fault("a hang-up", Behaviour.hangUp(Cut.FIN)),
                        new Fault("a web page", Behaviour.html()),
                        new Fault("no HTTP", Behaviour.raw("SSH-2.0-OpenSSH_9.2\r\n"))));
    }

    private static Stream<Fault> faultsOfStreams() {
        return Stream.of(
                new Fault("garbage", Behaviour.garbage()),
                new Fault(
                        "an error event", Behaviour.rawEvents("data: {\"error\":{\"message\":\"" + FIRST + "\"}}\n\n")),
                new Fault(
                        "an error event of 429",
                        Behaviour.rawEvents("data: {\"error\":{\"message\":\"" + FIRST
                                + "\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}}\n\n")),
                new Fault("an empty stream", Behaviour.rawEvents()),
                new Fault(
                        "a role and then the end",
                        Behaviour.rawEvents("data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n")),
                new Fault(
                        "a stream cut before its first event",
                        Behaviour.stream(FIRST).cutAfter(0, Cut.RST)));
    }

    @TestFactory
    Stream<DynamicTest> answers_from_the_second_backend_and_shows_nothing_of_the_first() {
        return Stream.concat(
                faults().flatMap(fault -> Stream.of(moved(fault, false), moved(fault, true))),
                faultsOfStreams().map(fault -> moved(fault, true)));
    }

    private static DynamicTest moved(Fault fault, boolean stream) {
        return DynamicTest.dynamicTest(fault.name + (stream ? ", stream" : ""), () -> {
            int asked = first.requests().size();
            first.next(fault.behaviour.header("x-vendor", "first"));

            HttpResponse<String> answer = gateway.chat("chat", stream);

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body())
                    .contains(stream ? "data: [DONE]" : "Hello from")
                    .doesNotContain(FIRST, "error");
            assertThat(answer.headers().firstValue("x-vendor")).isEmpty();
            assertThat(backend(answer)).isEqualTo("second");
            assertThat(attempts(answer)).isEqualTo(2);
            assertThat(first.requests()).hasSize(asked + 1);
        });
    }

    @Test
    void without_a_second_try_or_a_second_target_the_client_sees_the_failure() {
        int before = second.requests().size();
        for (String model : new String[] {"once", "alone"}) {
            first.next(Behaviour.error(500, "x", FIRST));
            HttpResponse<String> answer = gateway.chat(model);
            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(attempts(answer)).isEqualTo(1);
        }
        assertThat(second.requests()).hasSize(before);
    }

    @Test
    void tells_what_every_try_failed_with_when_all_did() {
        first.next(Behaviour.error(500, "x", FIRST));
        second.next(Behaviour.hangUp(Cut.RST));
        HttpResponse<String> answer = gateway.chat("chat");

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("2 tries failed: first ", "second upstream_failed");
    }

    @Test
    void counts_the_move_and_why_it_was_made() {
        double before = gateway.metric("headgate_fallbacks_total", "route=\"chat\"", "reason=\"failover\"");
        first.next(Behaviour.error(500, "x", FIRST));
        gateway.chat("chat");
        gateway.awaitIdle();

        assertThat(gateway.metric("headgate_fallbacks_total", "route=\"chat\"", "reason=\"failover\""))
                .isEqualTo(before + 1);
        assertThat(gateway.metric("llm_upstream_attempts_total", "backend=\"first\""))
                .isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 413, 422})
    void hands_the_callers_own_mistake_on_byte_for_byte_after_one_try(int status) {
        String body = "{ \"error\" : {\"message\":\"N\u00f6\", \"type\":\"x\", \"code\":\"c\",\"more\":[1.0]}}\n";
        int before = second.requests().size();
        for (boolean stream : new boolean[] {false, true}) {
            first.next(Behaviour.json(status, body));
            HttpResponse<String> answer = gateway.chat("chat", stream);
            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(answer.body()).isEqualTo(body);
            assertThat(attempts(answer)).isEqualTo(1);
        }
        assertThat(second.requests()).hasSize(before);
    }

    @Test
    void embeddings_and_responses_move_on_too() {
        first.next(Behaviour.error(500, "x", FIRST));
        HttpResponse<String> vector = gateway.post("/embeddings", "{\"model\":\"chat\",\"input\":\"Hi\"}");
        assertThat(vector.body()).contains("\"embedding\"");
        assertThat(backend(vector)).isEqualTo("second");

        first.next(Behaviour.error(503, "x", FIRST));
        second.next(Behaviour.json(200, "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\"}"));
        HttpResponse<String> response = gateway.post("/responses", "{\"model\":\"chat\",\"input\":\"Hi\"}");
        assertThat(response.body()).contains("resp_1");
        assertThat(attempts(response)).isEqualTo(2);

        first.next(
                Behaviour.rawEvents("event: error\ndata: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\""
                        + FIRST + "\"}\n\n"));
        second.next(
                Behaviour.rawEvents(
                        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n",
                        "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\n\n"));
        HttpResponse<String> stream =
                gateway.post("/responses", "{\"model\":\"chat\",\"stream\":true,\"input\":\"Hi\"}");
        assertThat(stream.body())
                .contains("\"delta\":\"Hi\"", "response.completed")
                .doesNotContain(FIRST);
        assertThat(backend(stream)).isEqualTo("second");
    }

    @Test
    void an_upload_is_tried_once_and_the_answer_says_why() {
        int before = second.requests().size();
        first.next(Behaviour.error(500, "x", FIRST));
        HttpResponse<String> answer = gateway.send(gateway.request("/audio/transcriptions")
                .header("content-type", "multipart/form-data; boundary=cut")
                .POST(BodyPublishers.ofString("""
                        --cut\r
                        Content-Disposition: form-data; name="model"\r
                        \r
                        chat\r
                        --cut\r
                        Content-Disposition: form-data; name="file"; filename="a.wav"\r
                        \r
                        abc\r
                        --cut--\r
                        """))
                .build());

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("not tried again", "cannot be sent twice");
        assertThat(attempts(answer)).isEqualTo(1);
        assertThat(second.requests()).hasSize(before);
    }

    @Test
    void a_stream_that_breaks_behind_its_first_token_is_never_continued_by_another() {
        int before = second.requests().size();
        first.next(Behaviour.rawEvents(TOKEN).cutAfter(1, Cut.RST));
        HttpResponse<String> answer = gateway.stream("chat");

        assertThat(answer.body())
                .startsWith(TOKEN)
                .contains("data: {\"error\"", "\"code\":\"upstream_failed\"")
                .doesNotContain("[DONE]");
        assertThat(attempts(answer)).isEqualTo(1);
        assertThat(second.requests()).hasSize(before);
    }

    @Test
    void what_one_backend_keeps_is_not_asked_of_the_other() {
        String key = KeyFormat.create(new SecureRandom());
        String tenants = "tenants:\n" + GatewayFixture.tenant("acme", key, "objects: own");
        try (GatewayFixture keyed = GatewayFixture.start("auth: keys\n", routes() + tenants)) {
            first.next(Behaviour.json(200, "{\"id\":\"resp_kept\",\"object\":\"response\",\"status\":\"completed\"}"));
            assertThat(respond(keyed, key, "").statusCode()).isEqualTo(200);
            int before = second.requests().size();

            first.next(Behaviour.error(500, "x", FIRST)).next(Behaviour.error(500, "x", FIRST));
            HttpResponse<String> answer = respond(keyed, key, ",\"previous_response_id\":\"resp_kept\"");

            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(second.requests()).hasSize(before);
            keyed.awaitIdle();
        }
    }

    private static HttpResponse<String> respond(GatewayFixture keyed, String key, String more) {
        return keyed.send(keyed.request("/responses")
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{\"model\":\"chat\",\"input\":\"Hi\"" + more + "}"))
                .build());
    }
}
