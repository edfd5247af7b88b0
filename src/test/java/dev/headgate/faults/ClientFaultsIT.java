// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import static dev.headgate.faults.FaultTable.row;
import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.http.Times;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.RawSocket;
import dev.headgate.testkit.Received;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Clients that leave, do not read, or send what is no request: backends and other clients are not troubled by them. */
final class ClientFaultsIT {
    private static final Times TIMES = new Times(
            Duration.ofMillis(10),
            Duration.ofSeconds(15),
            Duration.ofMillis(500),
            Duration.ofSeconds(60),
            Duration.ofMillis(200),
            Duration.ofSeconds(60));
    private static final List<String> BACKENDS = List.of("broken", "flowing", "spare", "neighbour");
    private static final String GOOD = FaultGateway.raw(FaultGateway.body("flowing-alone", false));
    private static final Behaviour ENDLESS = Behaviour.endless(500).every(Duration.ofMillis(2));
    private static FaultyBackends backends;
    private static FaultGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        backends = new FaultyBackends();
        gateway = new FaultGateway(backends.yaml(), TIMES);
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        backends.close();
    }

    @TestFactory
    Stream<DynamicTest> a_client_that_misbehaves() {
        var table = new FaultTable("clients", "fault", "promise", "counted");
        String gone = "the backend's request is cut off; no other backend is asked";
        String refused = "400 `invalid_request_error`, and the connection goes on; no backend is asked";
        return table.tests(List.of(
                row(
                        "leaves while it waits for a document",
                        gone,
                        counted("cancelled", "caller_gone"),
                        () -> waiting(false)),
                row(
                        "leaves while it waits for a stream",
                        gone,
                        counted("cancelled", "caller_gone"),
                        () -> waiting(true)),
                row("leaves in the middle of a stream", gone, counted("2xx", "none"), ClientFaultsIT::streaming),
                row(
                        "does not read its stream",
                        "the backend is not read either; cut after 60 s, with a reset",
                        counted("2xx", "none"),
                        ClientFaultsIT::doesNotRead),
                row(
                        "sends malformed JSON",
                        refused,
                        "call `caller_invalid_request`",
                        () -> refused("{\"model\":\"flowing-alone\",", 400, "caller_invalid_request")),
                row("sends another type than the API wants", refused, "call `caller_invalid_request`", () -> {
                    refused("{\"model\":7,\"messages\":[]}", 400, "caller_invalid_request");
                    refused("{\"model\":\"flowing-alone\",\"stream\":\"yes\"}", 400, "caller_invalid_request");
                    refused("[1]", 400, "caller_invalid_request");
                    refused("", 400, "caller_invalid_request");
                }),
                row(
                        "sends JSON that is nested 100,000 deep",
                        refused,
                        "call `caller_invalid_request`",
                        () -> refused(
                                "{\"model\":\"flowing-alone\",\"messages\":" + "[".repeat(100_000) + "]".repeat(100_000)
                                        + "}",
                                400,
                                "caller_invalid_request")),
                row(
                        "says that its body has 10 GB",
                        "413 `request_too_large` before a byte of the body was read, and the connection is closed",
                        "call `caller_too_large`",
                        ClientFaultsIT::tooLarge),
                row(
                        "sends headers of 40 KB",
                        "431 `request_header_fields_too_large`, and the connection is closed",
                        "call `caller_headers_too_large`",
                        ClientFaultsIT::largeHead)));
    }

    private static String counted(String outcome, String label) {
        return "try `" + outcome + "`; call `" + label + "`";
    }

    /** What a client did, and how the gateway tells of it. */
    private record Told(Map<String, Integer> requests, Map<String, Integer> tries, Map<String, Object> line) {}

    private interface Client {
        /** Talks until the moment at which it misbehaves, and does so. */
        void play(int asked) throws IOException;
    }

    private static Told tell(Client client) throws IOException {
        Counts before = gateway.counts();
        int lines = gateway.log.linesOf("acme").size();
        int spared = backends.spare.requests().size();
        client.play(backends.scripted.requests().size());
        eventually("an access line", () -> gateway.log.linesOf("acme").size() > lines);
        gateway.assertNothingLeft(BACKENDS);
        backends.awaitLeft();
        assertThat(gateway.log.linesOf("acme")).as("one line for one call").hasSize(lines + 1);
        assertThat(backends.spare.requests()).as("calls of the other backend").hasSize(spared);
        Counts after = gateway.counts();
        return new Told(
                after.since(before, "llm_requests_total", "", "status", "error"),
                after.since(before, "llm_upstream_attempts_total", "", "backend", "outcome"),
                gateway.log.linesOf("acme").getLast());
    }

    private static void leave(RawSocket socket, boolean reset) throws IOException {
        if (reset) {
            socket.reset();
        } else {
            socket.close();
        }
    }

    private static void waiting(boolean stream) throws IOException {
        backends.scripted.always(Behaviour.silence());
        for (boolean reset : new boolean[] {true, false}) {
            Told told = tell(asked -> {
                var socket = RawSocket.open(gateway.fixture.port());
                socket.send(FaultGateway.raw(FaultGateway.body("flowing-rescued", stream)));
                backends.scripted.awaitRequests(asked + 1);
                leave(socket, reset);
            });
            assertThat(told.requests).isEqualTo(Map.of("4xx caller_gone", 1));
            assertThat(told.tries).isEqualTo(Map.of("flowing cancelled", 1));
            assertThat(told.line).containsEntry("status", 499).containsEntry("attempts", 1);
            assertThat(backends.scripted.requests().getLast().answer()).isEqualTo(Received.Answer.CLIENT_GONE);
        }
    }

    private static void streaming() throws IOException {
        backends.scripted.always(ENDLESS);
        for (boolean reset : new boolean[] {true, false}) {
            Told told = tell(asked -> {
                var socket = RawSocket.open(gateway.fixture.port());
                socket.send(FaultGateway.raw(FaultGateway.body("flowing-rescued", true)));
                socket.readUntil("data: ");
                leave(socket, reset);
            });
            assertThat(told.requests).isEqualTo(Map.of("2xx none", 1));
            assertThat(told.tries).isEqualTo(Map.of("flowing 2xx", 1));
            assertThat(told.line).containsEntry("status", 200).containsEntry("ending", "client_gone");
            assertThat(backends.scripted.requests().getLast().answer()).isEqualTo(Received.Answer.CLIENT_GONE);
        }
    }

    private static void doesNotRead() throws IOException {
        backends.scripted.always(Behaviour.endless(60_000));
        try (var socket = RawSocket.openNarrow(gateway.fixture.port())) {
            Told told = tell(asked -> socket.send(FaultGateway.raw(FaultGateway.body("flowing-rescued", true))));
            assertThat(told.requests).isEqualTo(Map.of("2xx none", 1));
            assertThat(told.tries).isEqualTo(Map.of("flowing 2xx", 1));
            assertThat(told.line).containsEntry("status", 200).containsEntry("ending", "cut");
            assertThat(backends.scripted.requests().getLast().answer()).isEqualTo(Received.Answer.CLIENT_GONE);
        }
    }

    private static void refused(String body, int status, String label) throws IOException {
        backends.scripted.always(Behaviour.openAi());
        try (var socket = RawSocket.open(gateway.fixture.port())) {
            int asked = backends.scripted.requests().size();
            Told told = tell(none -> {
                socket.send(FaultGateway.raw(body));
                assertThat(socket.readAnswer())
                        .startsWith("HTTP/1.1 " + status + " ")
                        .contains("\"type\":\"invalid_request_error\"")
                        .contains("x-request-id: ");
            });
            assertThat(told.requests).isEqualTo(Map.of("4xx " + label, 1));
            assertThat(told.tries).isEmpty();
            assertThat(told.line).containsEntry("status", status).containsKey("error");
            assertThat(backends.scripted.requests()).hasSize(asked);
            socket.send(GOOD);
            assertThat(socket.readAnswer()).startsWith("HTTP/1.1 200 ");
        }
    }

    private static void tooLarge() throws IOException {
        try (var socket = RawSocket.open(gateway.fixture.port())) {
            Told told = tell(asked -> {
                socket.send(FaultGateway.raw("").replace("Content-Length: 0", "Content-Length: 10737418240"));
                assertThat(socket.readToEnd())
                        .startsWith("HTTP/1.1 413 ")
                        .contains("\"code\":\"request_too_large\"")
                        .contains("connection: close");
            });
            assertThat(told.requests).isEqualTo(Map.of("4xx caller_too_large", 1));
            assertThat(told.tries).isEmpty();
        }
    }

    /** Refused before anybody looks for a key, so that nobody is named. */
    private static void largeHead() throws IOException {
        Counts before = gateway.counts();
        int lines = gateway.log.linesOfNobody().size();
        try (var socket = RawSocket.open(gateway.fixture.port())) {
            socket.send(GOOD.replace("Host:", "X-Big: " + "y".repeat(40_000) + "\r\nHost:"));
            assertThat(socket.readToEnd())
                    .startsWith("HTTP/1.1 431 ")
                    .contains("\"code\":\"request_header_fields_too_large\"");
        }
        eventually("a line", () -> gateway.log.linesOfNobody().size() == lines + 1);
        gateway.assertNothingLeft(BACKENDS);
        assertThat(gateway.counts().since(before, "llm_requests_total", "", "status", "error"))
                .isEqualTo(Map.of("4xx caller_headers_too_large", 1));
    }
}
