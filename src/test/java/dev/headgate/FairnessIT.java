// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who gets the eight slots of a backend that two tenants want all the time, one of them with ten times as many clients. */
final class FairnessIT {
    private static final Random RANDOM = new Random(11);
    private static final String MANY = KeyFormat.create(RANDOM);
    private static final String FEW = KeyFormat.create(RANDOM);
    private static final int CLIENTS = 16;
    private static final int WARM_UP = 48;
    private static final int COUNTED = 240;
    private static final Executor LATER = CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS);

    private final FakeUpstream upstream = FakeUpstream.start();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void stop() {
        client.shutdownNow();
        upstream.close();
    }

    @Test
    void ten_times_the_load_gets_no_more_than_half_of_the_slots() {
        assertThat(shareOfMany(1, 1)).isBetween(0.45, 0.55);
    }

    @Test
    void twice_the_weight_gets_two_thirds_of_the_slots() {
        assertThat(shareOfMany(2, 1)).isBetween(0.617, 0.717);
    }

    @Test
    void a_weight_counts_for_the_few_as_well() {
        assertThat(shareOfMany(1, 2)).isBetween(0.283, 0.383);
    }

    /** Which part of the answers the tenant with many clients had, from when both were there. */
    private double shareOfMany(int weightOfMany, int weightOfFew) {
        // Of different length, lest all eight end together and empty the queue at once.
        Random lengths = new Random(3);
        for (int i = 0; i < 2 * (WARM_UP + COUNTED); i++) {
            upstream.next(Behaviour.openAi().after(Duration.ofMillis(50 + lengths.nextInt(100))));
        }
        try (GatewayFixture gateway = GatewayFixture.start(
                "auth: keys\n",
                """
                version: 1
                defaults: { retry: { attempts: 1 } }
                backends:
                  up: { baseUrl: "%s", auth: none, maxConcurrent: 8, maxWait: 30s }
                models:
                  m: { backend: up }
                routes:
                  chat: { stable: m }
                tenants:
                """.formatted(upstream.baseUrl())
                        + tenant("many", MANY, weightOfMany)
                        + tenant("few", FEW, weightOfFew))) {
            Crowd crowd = new Crowd(client, gateway);
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int i = 0; i < 10 * CLIENTS; i++) {
                clients.add(crowd.call(MANY, crowd.ofMany));
            }
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(crowd.call(FEW, crowd.ofFew));
            }
            clients.forEach(CompletableFuture::join);
            int many = crowd.ofMany.get();
            gateway.awaitIdle();
            return (double) many / (many + crowd.ofFew.get());
        }
    }

    /** Critical, because what a busy process sheds before any queue is another matter than who gets a slot. */
    private static String tenant(String name, String key, int weight) {
        return """
                  %s: { weight: %d, keys: { web: { priority: critical, sha256: ["%s"] } } }
                """.formatted(name, weight, KeyFormat.digest(key));
    }

    /** Clients that call again as soon as they have an answer, and a little later if they were refused. */
    private static final class Crowd {
        private final HttpClient client;
        private final HttpRequest.Builder request;
        private final AtomicInteger answered = new AtomicInteger();
        private final AtomicInteger ofMany = new AtomicInteger();
        private final AtomicInteger ofFew = new AtomicInteger();

        Crowd(HttpClient client, GatewayFixture gateway) {
            this.client = client;
            this.request = gateway.request("/chat/completions")
                    .header("content-type", "application/json")
                    .POST(BodyPublishers.ofString(GatewayFixture.chatBody("chat", false)));
        }

        CompletableFuture<Void> call(String key, AtomicInteger mine) {
            if (answered.get() >= WARM_UP + COUNTED) {
                return CompletableFuture.completedFuture(null);
            }
            HttpRequest made =
                    request.copy().header("authorization", "Bearer " + key).build();
            return client.sendAsync(made, BodyHandlers.discarding()).thenCompose(answer -> {
                if (answer.statusCode() != 200) {
                    return CompletableFuture.runAsync(() -> {}, LATER).thenCompose(rested -> call(key, mine));
                }
                int place = answered.incrementAndGet();
                if (place > WARM_UP && place <= WARM_UP + COUNTED) {
                    mine.incrementAndGet();
                }
                return call(key, mine);
            });
        }
    }
}
