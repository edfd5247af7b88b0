// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import static dev.headgate.call.ErrorKind.UPSTREAM_CREDENTIALS;
import static dev.headgate.call.ErrorKind.UPSTREAM_FAILED;
import static dev.headgate.call.ErrorKind.UPSTREAM_PROTOCOL_ERROR;
import static dev.headgate.call.ErrorKind.UPSTREAM_TIMEOUT;
import static dev.headgate.call.ErrorKind.UPSTREAM_TLS_ERROR;
import static dev.headgate.call.ErrorKind.UPSTREAM_UNAVAILABLE;
import static dev.headgate.faults.UpstreamFault.plain;
import static dev.headgate.faults.UpstreamFault.scripted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.faults.FaultGateway.Told;
import dev.headgate.http.Times;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.Behaviour.Cut;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Backends that fail before anything of an answer has come: the client gets another backend's answer, or an error that says why. */
final class UpstreamFaultsIT {
    private static final String ROLE = "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}\n\n";
    private static final String EMPTY_END =
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":null}]}\n\n";
    private static FaultyBackends backends;
    private static FaultGateway gateway;
    private static Neighbour neighbour;

    @BeforeAll
    static void start() throws IOException {
        backends = new FaultyBackends();
        gateway = new FaultGateway(backends.yaml(), Times.DEFAULT);
        neighbour = new Neighbour(gateway);
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        backends.close();
    }

    private static List<UpstreamFault> faults() {
        String json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
        return List.of(
                plain("nothing listens", "refused").both(UPSTREAM_UNAVAILABLE),
                plain("a black hole: no answer to the connection's first packet", "blackhole")
                        .both(UPSTREAM_TIMEOUT),
                plain("a certificate that is not trusted", "untrusted").both(UPSTREAM_TLS_ERROR),
                plain("TLS to a port that speaks plain HTTP", "plain").both(UPSTREAM_TLS_ERROR),
                plain("TLS to a port that says nothing", "mute").both(UPSTREAM_TIMEOUT),
                scripted("no head in time", Behaviour.silence()).both(UPSTREAM_TIMEOUT),
                scripted(
                                "half a document, then silence",
                                Behaviour.chat("hello").uncompressed().stallAfterBytes(50))
                        .document(UPSTREAM_TIMEOUT),
                scripted(
                        "a head and a role, then silence",
                        Behaviour.rawEvents(ROLE).stallAfter(1))
                        .stream(UPSTREAM_TIMEOUT),
                scripted("comments without end, and no token", comments()).stream(UPSTREAM_TIMEOUT),
                scripted("closed before the head", Behaviour.hangUp(Cut.FIN)).both(UPSTREAM_FAILED),
                scripted("reset before the head", Behaviour.hangUp(Cut.RST)).both(UPSTREAM_FAILED),
                scripted("closed in the middle of the head", Behaviour.raw("HTTP/1.1 200 OK\r\nconte"))
                        .both(UPSTREAM_FAILED),
                scripted(
                                "reset in the middle of a document",
                                Behaviour.chat("hello").uncompressed().cutAfterBytes(50, Cut.RST))
                        .document(UPSTREAM_FAILED),
                scripted(
                        "reset before the first token",
                        Behaviour.rawEvents(ROLE, ROLE).cutAfter(1, Cut.RST))
                        .stream(UPSTREAM_FAILED),
                scripted("no HTTP", Behaviour.raw("SSH-2.0-OpenSSH_9.2\r\n")).both(UPSTREAM_PROTOCOL_ERROR),
                scripted("garbage under the type of a stream", Behaviour.garbage())
                        .both(UPSTREAM_PROTOCOL_ERROR),
                scripted("bad JSON in the first event", Behaviour.rawEvents("data: {\"choices\":[\n\n")).stream(
                        UPSTREAM_PROTOCOL_ERROR),
                scripted("a stream without an event", Behaviour.rawEvents()).stream(UPSTREAM_FAILED),
                scripted("only `[DONE]`", Behaviour.rawEvents("data: [DONE]\n\n")).stream(UPSTREAM_FAILED),
                scripted("a stream that ends before its first token", Behaviour.rawEvents(ROLE, EMPTY_END)).stream(
                        UPSTREAM_FAILED),
                scripted(
                        "an error event first",
                        Behaviour.rawEvents("data: {\"error\":{\"message\":\"Boom.\",\"type\":\"server_error\"}}\n\n"))
                        .stream(UPSTREAM_FAILED),
                scripted("408", Behaviour.error(408, "timeout", "Late.")).passedOn(408, "timeout"),
                scripted("409", Behaviour.error(409, "conflict_error", "Locked."))
                        .passedOn(409, "conflict_error"),
                scripted("401", Behaviour.error(401, "authentication_error", "Who?"))
                        .replaced(UPSTREAM_CREDENTIALS),
                scripted("403", Behaviour.error(403, "permission_error", "No.")).passedOn(403, "permission_error"),
                scripted("429", Behaviour.rateLimited(7)).passedOn(429, "requests"),
                scripted("500", Behaviour.error(500, "server_error", "Boom.")).both(UPSTREAM_FAILED),
                scripted("503", Behaviour.error(503, "x", "Boom.")).both(UPSTREAM_UNAVAILABLE),
                scripted("504", Behaviour.error(504, "x", "Boom.")).both(UPSTREAM_TIMEOUT),
                scripted("529", Behaviour.error(529, "x", "Boom.")).both(UPSTREAM_UNAVAILABLE),
                scripted("a web page with 200", Behaviour.html()).both(UPSTREAM_FAILED),
                scripted("a web page with 500", Behaviour.html().status(500)).both(UPSTREAM_FAILED),
                scripted(
                                "a document of 100 MB",
                                Behaviour.raw(json + "Content-Length: 104857600\r\n\r\n{\"a\":")
                                        .stallAfter(1))
                        .document(UPSTREAM_PROTOCOL_ERROR),
                scripted(
                                "an unknown interim answer (199)",
                                Behaviour.chat("hello").interim("199 What"))
                        .both(UPSTREAM_PROTOCOL_ERROR),
                scripted(
                                "two content-lengths",
                                Behaviour.raw(json + "Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}"))
                        .both(UPSTREAM_PROTOCOL_ERROR),
                scripted("a head of 70 KB", Behaviour.json(200, "{}").header("x-big", "y".repeat(70_000)))
                        .both(UPSTREAM_PROTOCOL_ERROR));
    }

    private static Behaviour comments() {
        return Behaviour.rawEvents(
                        Stream.generate(() -> ": ping\n\n").limit(100).toArray(String[]::new))
                .every(Duration.ofMillis(50));
    }

    @TestFactory
    Stream<DynamicTest> a_backend_that_fails_before_it_answers() {
        var table = new FaultTable("upstream", "fault", "request", "alone", "counted", "with a fallback");
        return table.tests(faults().stream()
                .map(fault -> new FaultTable.Row(fault.name(), () -> check(fault)))
                .toList());
    }

    private static List<List<String>> check(UpstreamFault fault) {
        Behaviour behaviour = fault.behaviour();
        if (behaviour != null) {
            backends.scripted.always(behaviour);
        }
        List<List<String>> lines = new ArrayList<>();
        fault.promises().forEach((request, promise) -> {
            boolean stream = request.equals("stream");
            String alone = alone(fault, promise, stream);
            String rescued = rescued(fault, promise, stream);
            lines.add(List.of(fault.name(), request, alone, promise.counted(), rescued));
        });
        besideANeighbour(fault, fault.promises().containsKey("stream"));
        backends.awaitLeft();
        gateway.assertNothingLeft(List.of(fault.backend(), "spare", "neighbour"));
        return merged(lines);
    }

    /** Nobody else can be asked: the promised error. */
    private static String alone(UpstreamFault fault, UpstreamFault.Promise promise, boolean stream) {
        Told told = gateway.tell(fault.backend() + "-alone", stream);
        Answer answer = told.answer();
        assertThat(answer.words()).as(answer.body()).isEqualTo(promise.words());
        assertThat(answer.header("x-request-id")).isNotEmpty();
        assertThat(answer.header("content-type")).startsWith("application/json");
        assertThat(answer.body()).contains("\"error\"").doesNotContain("<html>");
        assertThat(told.requests()).isEqualTo(Map.of(promise.requests(), 1));
        assertThat(told.tries()).isEqualTo(Map.of(fault.backend() + " " + promise.outcome(), 1));
        assertThat(told.fallbacks()).isEmpty();
        assertThat(told.line()).containsEntry("status", promise.status()).containsEntry("attempts", 1);
        if (promise.error() == null) {
            assertThat(told.line()).doesNotContainKey("error");
        } else {
            assertThat(told.line())
                    .containsEntry("error", promise.error().name().toLowerCase(Locale.ROOT))
                    .containsKey("reason");
        }
        return answer.words();
    }

    /** Another backend can be asked: its answer, as if nothing had been. */
    private static String rescued(UpstreamFault fault, UpstreamFault.Promise promise, boolean stream) {
        String route = fault.backend() + "-rescued";
        Told told = gateway.tell(route, stream);
        Answer answer = told.answer();
        assertThat(answer.words()).as(answer.body()).isEqualTo("200");
        assertThat(answer.body()).contains(stream ? "data: [DONE]" : "Hello from the fake upstream.");
        assertThat(answer.header("x-headgate-backend")).isEqualTo("spare");
        assertThat(answer.header("x-headgate-attempts")).isEqualTo("2");
        assertThat(told.requests()).isEqualTo(Map.of("2xx none", 1));
        assertThat(told.tries()).isEqualTo(Map.of(fault.backend() + " " + promise.outcome(), 1, "spare 2xx", 1));
        assertThat(told.fallbacks()).isEqualTo(Map.of("failover", 1));
        assertThat(told.line()).containsEntry("status", 200).doesNotContainKey("error");
        assertThat(String.valueOf(told.line().get("tries")))
                .matches("%s %s \\S+, failover spare 200 \\S+".formatted(fault.backend(), promise.logged()));
        return answer.words() + " by the fallback, " + answer.header("x-headgate-attempts") + " attempts";
    }

    private static void besideANeighbour(UpstreamFault fault, boolean stream) {
        neighbour.assertUnmoved(
                8,
                () -> gateway.calling("neighbour", stream),
                () -> gateway.calling(fault.backend() + "-alone", stream));
    }

    /** One line where documents and streams fare alike. */
    private static List<List<String>> merged(List<List<String>> lines) {
        boolean alike = lines.size() == 2
                && lines.getFirst().subList(2, 5).equals(lines.getLast().subList(2, 5));
        if (!alike) {
            return lines;
        }
        var line = new ArrayList<>(lines.getFirst());
        line.set(1, "both");
        return List.of(line);
    }
}
