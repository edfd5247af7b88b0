// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import static dev.headgate.faults.FaultTable.row;
import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.http.Times;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.RawSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Many clients that hold on to connections: they cost neither the others' time nor much memory. */
final class CrowdFaultsIT {
    private static final int CONNECTIONS = 1_000;
    private static final int READERS = 20;
    private static final long MEGABYTE = 1 << 20;
    private static final String TOKEN =
            "data: {\"choices\":[{\"delta\":{\"content\":\"" + "x".repeat(1_000) + "\"}}]}\n\n";

    @TestFactory
    Stream<DynamicTest> clients_that_only_hold_on() {
        var table = new FaultTable("crowds", "fault", "promise", "counted");
        return table.tests(List.of(
                row(
                        "1,000 connections, half of them idle and half in the middle of a head",
                        "closed after 60 s; the p99 of other clients is unmoved",
                        "half a head: call `caller_invalid_request`; none otherwise",
                        CrowdFaultsIT::idleConnections),
                row(
                        "20 clients that do not read their streams",
                        "at most 1 MB of heap each, however much the backends have to send",
                        "one call each, once it is over",
                        () -> slowReaders(true, MEGABYTE)),
                row(
                        "20 clients that do not read their documents",
                        "at most 4 MB of heap each, however much the backends have to send",
                        "one call each, once it is over",
                        () -> slowReaders(false, 4 * MEGABYTE))));
    }

    private static void idleConnections() throws IOException {
        try (var upstream = FakeUpstream.start()) {
            try (var gateway = new FaultGateway(routes(upstream.baseUrl().toString()), Times.DEFAULT)) {
                var neighbour = new Neighbour(gateway);
                List<RawSocket> crowd = new ArrayList<>();
                neighbour.assertUnmoved(
                        () -> {
                            leave(crowd);
                            return settled(neighbour);
                        },
                        () -> {
                            gather(crowd, gateway.fixture.port());
                            return settled(neighbour);
                        });
                leave(crowd);
                gateway.assertNothingLeft(List.of("up"));
            }
            assertClosed(upstream);
        }
    }

    private static void assertClosed(FakeUpstream upstream) throws IOException {
        Times soon = new Times(
                Duration.ofMillis(10),
                Duration.ofSeconds(15),
                Duration.ofSeconds(60),
                Duration.ofMillis(500),
                Duration.ofMillis(200),
                Duration.ofSeconds(60));
        try (var gateway = new FaultGateway(routes(upstream.baseUrl().toString()), soon)) {
            Counts before = gateway.counts();
            List<RawSocket> crowd = new ArrayList<>();
            gather(crowd, gateway.fixture.port());
            for (RawSocket socket : crowd) {
                assertThat(end(socket)).as("what an idle connection got").isEmpty();
            }
            gateway.assertNothingLeft(List.of("up"));
            assertThat(gateway.counts().since(before, "llm_requests_total", "", "status", "error"))
                    .isEqualTo(Map.of("4xx caller_invalid_request", CONNECTIONS / 2));
        }
    }

    /** Connections are held, not made: what it costs to accept a thousand of them is over. */
    private static List<Long> settled(Neighbour neighbour) {
        neighbour.times();
        return neighbour.times();
    }

    private static void leave(List<RawSocket> crowd) {
        try {
            for (RawSocket socket : crowd) {
                socket.close();
            }
            crowd.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void gather(List<RawSocket> crowd, int port) {
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                var socket = RawSocket.open(port);
                if (i % 2 == 0) {
                    socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: local");
                }
                crowd.add(socket);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end of a connection; a reset is one too. */
    private static String end(RawSocket socket) throws IOException {
        try (socket) {
            return socket.readToEnd();
        } catch (java.net.SocketException reset) {
            return "";
        }
    }

    private static void slowReaders(boolean stream, long mostEach) throws IOException {
        try (var backend = stream
                        ? new FloodingBackend("text/event-stream", TOKEN)
                        : new FloodingBackend("application/json", "[" + " ".repeat(1_000));
                var gateway = new FaultGateway(routes(backend.baseUrl()), Times.DEFAULT)) {
            long base = usedHeap();
            List<RawSocket> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                var socket = RawSocket.openNarrow(gateway.fixture.port());
                readers.add(socket);
                socket.send(FaultGateway.raw(FaultGateway.body("chat", stream)));
                socket.readUntil("\r\n\r\n");
            }
            for (int i = 0; i < 10; i++) {
                assertThat((usedHeap() - base) / READERS)
                        .as("heap for each reader")
                        .isLessThan(mostEach);
            }
            assertThat(gateway.fixture.metric("llm_requests_in_flight")).isEqualTo(READERS);
            for (RawSocket reader : readers) {
                reader.close();
            }
            gateway.assertNothingLeft(List.of("up"));
            eventually("all lines", () -> gateway.log.linesOf("acme").size() == READERS);
            assertThat(gateway.fixture.metric("llm_requests_total")).isEqualTo(READERS);
        }
    }

    private static String routes(String baseUrl) {
        return """
                version: 1
                backends: { up: { baseUrl: "%s", auth: none } }
                models: { m: { backend: up } }
                routes: { chat: { stable: m }, neighbour: { stable: m } }
                """.formatted(baseUrl);
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
