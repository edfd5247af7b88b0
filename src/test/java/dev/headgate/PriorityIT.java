// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.vertx.core.internal.VertxInternal;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys whose calls go first, by {@code priority:} of their tenant's file, in a gateway whose event loops are kept late. */
final class PriorityIT {
    private static final long BUSY_NANOS = 100_000_000;
    private static final int CALLS = 60;

    private final String low = KeyFormat.create(new SecureRandom());
    private final String critical = KeyFormat.create(new SecureRandom());
    private final FakeUpstream upstream = FakeUpstream.start();
    private GatewayFixture gateway;
    private volatile boolean late;

    @BeforeEach
    void start() {
        gateway = GatewayFixture.start(
                "auth: keys\n",
                GatewayFixture.routesTo(upstream) + """
                        tenants:
                          acme:
                            keys:
                              batch: { sha256: ["%s"], priority: low }
                              web: { sha256: ["%s"], priority: critical }
                        """.formatted(KeyFormat.digest(low), KeyFormat.digest(critical)));
    }

    @AfterEach
    void stop() {
        late = false;
        gateway.awaitIdle();
        gateway.close();
        upstream.close();
    }

    /** Keeps every turn of every loop longer than it may be, without taking the processor. */
    private void keepLate() {
        late = true;
        for (EventExecutor loop : ((VertxInternal) gateway.gateway().vertx()).nettyEventLoopGroup()) {
            loop.execute(() -> busy(loop));
        }
    }

    private void busy(EventExecutor loop) {
        if (late) {
            LockSupport.parkNanos(BUSY_NANOS);
            Future<?> unused = loop.schedule(() -> busy(loop), 1, TimeUnit.MILLISECONDS);
        }
    }

    /** Calls that come at the same time, and how many of them are refused. */
    private long refused(String key, int count) {
        HttpRequest call = gateway.request("/chat/completions")
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(GatewayFixture.chatBody("chat", false)))
                .build();
        List<CompletableFuture<HttpResponse<String>>> running = IntStream.range(0, count)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> gateway.send(call), task -> Thread.ofVirtual().start(task)))
                .toList();
        return running.stream()
                .map(CompletableFuture::join)
                .filter(answer -> answer.statusCode() == 503 && answer.body().contains("\"code\":\"overloaded\""))
                .count();
    }

    @Test
    void low_calls_are_refused_and_critical_ones_served_while_the_process_is_late() {
        assertThat(refused(low, CALLS)).isZero();

        keepLate();
        eventually("low calls are refused", () -> refused(low, CALLS) > 0);
        assertThat(refused(critical, 2)).isZero();
        late = false;

        gateway.awaitIdle();
        assertThat(gateway.metric("headgate_shed_total", "priority=\"low\"")).isPositive();
        assertThat(gateway.metric("headgate_shed_total", "priority=\"critical\""))
                .isZero();
    }
}
