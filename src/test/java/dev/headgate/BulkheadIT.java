// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.backend;
import static dev.headgate.testkit.GatewayFixture.eventually;
import static dev.headgate.testkit.GatewayFixture.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RawSocket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Backends that get so many calls at once, and calls that find no slot. */
final class BulkheadIT {
    private static FakeUpstream upstream;
    private static GatewayFixture gateway;
    private final Collection<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        gateway = GatewayFixture.start("""
                version: 1
                defaults: { retry: { attempts: 2, backoff: 1ms } }
                backends:
                  strict: { baseUrl: "%1$s", auth: none, maxConcurrent: 2, maxWait: 0s }
                  brief: { baseUrl: "%1$s", auth: none, maxConcurrent: 2, maxWait: 200ms }
                  patient: { baseUrl: "%1$s", auth: none, maxConcurrent: 2, maxWait: 30s }
                  wide: { baseUrl: "%1$s", auth: none }
                  adaptive: { baseUrl: "%1$s", auth: none, maxConcurrent: adaptive }
                models:
                  strict: { backend: strict }
                  brief: { backend: brief }
                  patient: { backend: patient }
                  wide: { backend: wide }
                  adaptive: { backend: adaptive }
                routes:
                  strict: { stable: strict }
                  brief: { stable: brief }
                  patient: { stable: patient }
                  wide: { stable: wide }
                  adaptive: { stable: adaptive }
                  overflow: { stable: patient, fallback: [wide] }
                """.formatted(upstream.baseUrl()));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
    }

    @BeforeEach
    void answer_slowly() {
        upstream.always(Behaviour.openAi().after(Duration.ofMillis(600)));
    }

    @AfterEach
    void every_slot_comes_back() {
        running.forEach(CompletableFuture::join);
        gateway.awaitIdle();
        assertThat(gateway.metric("headgate_bulkhead_in_use")).isZero();
        assertThat(gateway.metric("headgate_bulkhead_waiting")).isZero();
    }

    private void begin(String route) {
        running.add(CompletableFuture.supplyAsync(
                () -> gateway.stream(route), task -> Thread.ofVirtual().start(task)));
    }

    /** Two calls that hold both slots. */
    private void fill(String backend) {
        int before = upstream.requests().size();
        begin(backend);
        begin(backend);
        upstream.awaitRequests(before + 2);
        assertThat(gauge("in_use", backend)).isEqualTo(2);
    }

    private static double gauge(String what, String backend) {
        return gateway.metric("headgate_bulkhead_" + what, "backend=\"" + backend + "\"");
    }

    private static void assertRefused(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.body()).contains("\"code\":\"overloaded\"", "maxConcurrent");
        assertThat(header(answer, "retry-after", "")).isEqualTo("1");
    }

    @Test
    void a_call_too_many_is_refused_at_once_where_nobody_may_wait() {
        fill("strict");
        int before = upstream.requests().size();

        assertRefused(gateway.chat("strict"));
        assertThat(gauge("limit", "strict")).isEqualTo(2);
        assertThat(gateway.chat("wide").statusCode()).isEqualTo(200);
        assertThat(upstream.requests()).hasSize(before + 1);
        assertThat(gateway.metric("headgate_targets_skipped_total", "backend=\"strict\"", "reason=\"bulkhead_full\""))
                .isPositive();
    }

    @Test
    void a_call_that_waits_gets_the_next_slot() {
        fill("patient");
        begin("patient");
        begin("patient");
        eventually("both wait", () -> gauge("waiting", "patient") == 2);
        assertThat(gauge("in_use", "patient")).isEqualTo(2);

        assertRefused(gateway.chat("patient"));
        assertThat(running)
                .allSatisfy(call -> assertThat(call.join().statusCode()).isEqualTo(200));
    }

    @Test
    void a_call_waits_no_longer_than_it_may() {
        upstream.always(Behaviour.openAi().after(Duration.ofMillis(1_200)));
        fill("brief");
        assertRefused(gateway.chat("brief"));
        assertThat(gauge("in_use", "brief")).isEqualTo(2);
    }

    @Test
    void another_target_comes_before_waiting() {
        fill("patient");

        assertThat(backend(gateway.chat("overflow"))).isEqualTo("wide");
        running.forEach(CompletableFuture::join);
        eventually("a free slot", () -> gauge("in_use", "patient") == 0);
        assertThat(backend(gateway.chat("overflow"))).isEqualTo("patient");
    }

    @Test
    void a_client_that_leaves_gives_its_slot_back() throws IOException {
        upstream.always(Behaviour.silence());
        try (RawSocket socket = RawSocket.open(gateway.port())) {
            socket.send(RawSocket.post("/chat/completions", GatewayFixture.chatBody("strict", true)));
            eventually("a slot is taken", () -> gauge("in_use", "strict") == 1);
        }
        eventually("the slot is free", () -> gauge("in_use", "strict") == 0);
    }

    @Test
    void an_adaptive_bound_is_shown_and_others_have_none() {
        upstream.always(Behaviour.openAi());
        assertThat(gateway.chats("adaptive", true, 20, 4))
                .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));

        assertThat(gauge("limit", "adaptive")).isPositive();
        assertThat(slots("adaptive").getBoolean("adaptive")).isTrue();
        assertThat(slots("strict").getBoolean("adaptive")).isFalse();
        assertThat(slots("strict").getInteger("limit")).isEqualTo(2);
        assertThat(slots("wide")).isNull();
    }

    private static JsonObject slots(String name) {
        return new JsonObject(gateway.admin("/admin/backends").body())
                .getJsonArray("backends").stream()
                        .map(JsonObject.class::cast)
                        .filter(shown -> name.equals(shown.getString("name")))
                        .findFirst()
                        .orElseThrow()
                        .getJsonObject("bulkhead");
    }
}
