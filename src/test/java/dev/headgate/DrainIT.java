// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RawSocket;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Stopping well: first no longer ready, then no longer listening, then what still runs after the grace is ended with an error. */
final class DrainIT {
    private static final String STREAM = RawSocket.post("/chat/completions", "{\"model\":\"chat\",\"stream\":true}");
    private static final String UNARY = RawSocket.post("/chat/completions", "{\"model\":\"chat\"}");

    @Test
    void drains_in_order_and_writes_every_record() throws IOException {
        var records = new ListAppender<ILoggingEvent>();
        var access = (Logger) LoggerFactory.getLogger("headgate.access");
        records.start();
        access.addAppender(records);
        try (var upstream = FakeUpstream.start();
                var gateway = GatewayFixture.start(
                        "auth: none\nserver: { drain: { delay: 600ms, grace: 600ms } }\n",
                        GatewayFixture.routesTo(upstream));
                var ending = RawSocket.open(gateway.port());
                var endless = RawSocket.open(gateway.port());
                var waiting = RawSocket.open(gateway.port());
                var idle = RawSocket.open(gateway.port())) {
            assertThat(ready(gateway)).isEqualTo(200);
            upstream.next(Behaviour.stream(90, 200).every(Duration.ofMillis(10)));
            ending.send(STREAM);
            ending.readUntil("data: ");
            upstream.next(Behaviour.endless(200).every(Duration.ofMillis(10)));
            endless.send(STREAM);
            endless.readUntil("data: ");
            upstream.next(Behaviour.silence());
            waiting.send(UNARY);
            upstream.awaitRequests(3);

            var drained = gateway.gateway().drain();

            GatewayFixture.eventually("not ready", () -> ready(gateway) == 503);
            idle.send(UNARY);
            assertThat(idle.readToEnd()).startsWith("HTTP/1.1 200 ").contains("connection: close");
            try (var late = RawSocket.open(gateway.port())) {
                late.send(UNARY);
                assertThat(late.readToEnd()).startsWith("HTTP/1.1 200 ").contains("connection: close");
            }
            GatewayFixture.eventually("a closed listener", () -> isRefused(gateway.port()));
            assertThat(ending.readToEnd()).contains("data: [DONE]").doesNotContain("error");
            assertThat(endless.readToEnd()).contains("\"code\":\"draining\"").doesNotContain("[DONE]");
            assertThat(waiting.readToEnd()).startsWith("HTTP/1.1 503 ").contains("\"code\":\"draining\"");
            GatewayFixture.await(drained);
            assertThat(upstream.openRequests()).isZero();
        } finally {
            access.detachAppender(records);
        }
        assertThat(List.copyOf(records.list)).hasSize(5);
    }

    private static int ready(GatewayFixture gateway) {
        return gateway.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/health/ready"))
                                .build())
                .statusCode();
    }

    private static boolean isRefused(int port) {
        try {
            RawSocket.open(port).close();
            return false;
        } catch (IOException refused) {
            return true;
        }
    }
}
