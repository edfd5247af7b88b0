// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RawSocket;
import dev.headgate.testkit.Received;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A client that leaves, in every phase of a call: its backend is left too, and exactly one record tells of it. */
final class DisconnectIT {
    private static final String UNARY = RawSocket.post("/chat/completions", "{\"model\":\"chat\"}");
    private static final String STREAM = RawSocket.post("/chat/completions", "{\"model\":\"chat\",\"stream\":true}");
    private static final String EARLY = RawSocket.post("/chat/completions", "{\"model\":\"early\",\"stream\":true}");
    private static FakeUpstream upstream;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        gateway = GatewayFixture.start(GatewayFixture.routesTo(upstream) + "  early: { stable: m, earlyHead: 10ms }\n");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
    }

    private record Phase(String name, String status, Behaviour behaviour, boolean asksUpstream, Script script) {}

    private interface Script {
        /** Talks to the gateway until the moment to leave. */
        void play(RawSocket socket, int requests) throws IOException;
    }

    private static Stream<Phase> phases() {
        return Stream.of(
                new Phase("before its body has come", "4xx", Behaviour.openAi(), false, (socket, n) -> {
                    double running = gateway.metric("llm_requests_in_flight");
                    socket.send(UNARY.substring(0, UNARY.length() - 5));
                    GatewayFixture.eventually(
                            "a running call", () -> gateway.metric("llm_requests_in_flight") > running);
                }),
                new Phase("while it waits for a document", "4xx", Behaviour.silence(), true, (socket, n) -> {
                    socket.send(UNARY);
                    upstream.awaitRequests(n + 1);
                }),
                new Phase("in the middle of a document", "4xx", half(), true, (socket, n) -> {
                    socket.send(UNARY);
                    upstream.awaitRequests(n + 1);
                }),
                new Phase("while it waits for a stream", "4xx", Behaviour.silence(), true, (socket, n) -> {
                    socket.send(STREAM);
                    upstream.awaitRequests(n + 1);
                }),
                new Phase("after an early head", "2xx", Behaviour.silence(), true, (socket, n) -> {
                    socket.send(EARLY);
                    socket.readUntil(": waiting\n");
                }),
                new Phase("in the middle of a stream", "2xx", endless(), true, (socket, n) -> {
                    socket.send(STREAM);
                    socket.readUntil("data: ");
                }),
                new Phase("in a stream that is silent", "2xx", silentStream(), true, (socket, n) -> {
                    socket.send(STREAM);
                    socket.readUntil("data: ");
                }),
                new Phase("in the middle of an upload", "4xx", Behaviour.openAi(), true, (socket, n) -> {
                    socket.send("POST /v1/audio/transcriptions HTTP/1.1\r\nHost: localhost\r\n"
                            + "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 900000\r\n\r\n"
                            + "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nchat\r\n"
                            + "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\n\r\n"
                            + "0123456789".repeat(20_000));
                    upstream.awaitRequests(n + 1);
                }));
    }

    private static Behaviour half() {
        return Behaviour.huge(1).uncompressed().stallAfterBytes(5_000);
    }

    private static Behaviour endless() {
        return Behaviour.endless(200).every(Duration.ofMillis(2));
    }

    private static Behaviour silentStream() {
        return Behaviour.stream("one", "two").stallAfter(1);
    }

    @TestFactory
    Stream<DynamicTest> leaves() {
        return phases().flatMap(phase -> Stream.of(
                DynamicTest.dynamicTest(phase.name + ", by a reset", () -> leave(phase, true)),
                DynamicTest.dynamicTest(phase.name + ", by a close", () -> leave(phase, false))));
    }

    private static void leave(Phase phase, boolean reset) throws IOException {
        int before = upstream.requests().size();
        double ended = gateway.metric("llm_requests_total");
        double gone = gateway.metric("llm_requests_total", "error=\"caller_gone\"", "status=\"" + phase.status + "\"");
        double blamed = gateway.metric("llm_requests_total", "error=\"upstream");
        if (phase.asksUpstream) {
            upstream.next(phase.behaviour);
        }
        var socket = RawSocket.open(gateway.port());
        phase.script.play(socket, before);
        if (reset) {
            socket.reset();
        } else {
            socket.close();
        }

        gateway.awaitIdle();
        upstream.awaitRequestClosed(before + (phase.asksUpstream ? 1 : 0));
        assertThat(upstream.requests()).hasSize(before + (phase.asksUpstream ? 1 : 0));
        if (phase.asksUpstream) {
            Received received = upstream.requests().getLast();
            assertThat(received.answer()).isEqualTo(Received.Answer.CLIENT_GONE);
            assertThat(received.upload())
                    .isEqualTo(phase.name.contains("upload") ? Received.Upload.ABORTED : Received.Upload.COMPLETE);
        }
        assertThat(gateway.metric("llm_requests_total")).isEqualTo(ended + 1);
        assertThat(gateway.metric("llm_requests_total", "error=\"upstream")).isEqualTo(blamed);
        if (phase.status.equals("4xx")) {
            assertThat(gateway.metric("llm_requests_total", "error=\"caller_gone\"", "status=\"4xx\""))
                    .isEqualTo(gone + 1);
        }
    }
}
