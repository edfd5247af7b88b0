// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Clients that call one after the other, each at the next gateway in turn, and note what they were told. */
final class Crowd {
    private static final long PAUSE_NANOS = 2_000_000;

    private final List<URI> gateways;
    private final int clients;
    private final String key;
    private final String body;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger served = new AtomicInteger();
    private final Queue<Told> told = new ConcurrentLinkedQueue<>();

    /** One call, with wall-clock microseconds before it was sent and after its answer was there. */
    record Told(long sentMicros, long answeredMicros, int status, String body, boolean local) {
        /** Whether the machine was too busy for the call, so that nobody looked at limits. */
        boolean shed() {
            return status == 503 && body.contains("\"code\":\"overloaded\"");
        }
    }

    Crowd(List<URI> gateways, int clients, String key, String model) {
        this.gateways = gateways;
        this.clients = clients;
        this.key = key;
        this.body = "{\"model\":\"%s\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"
                .formatted(model);
    }

    /** So many calls in all, of which limits decide. */
    List<Told> untilAsked(int calls) {
        return run(() -> asked.incrementAndGet() <= calls);
    }

    /** Until so many calls have succeeded; those that run then are still waited for. */
    List<Told> untilServed(int calls) {
        return run(() -> served.get() < calls);
    }

    private List<Told> run(BooleanSupplier more) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                HttpClient http = HttpClient.newHttpClient()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                int first = i;
                all.add(threads.submit(() -> callOn(http, first, more)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return List.copyOf(told);
    }

    private void callOn(HttpClient http, int first, BooleanSupplier more) {
        for (int turn = first; more.getAsBoolean(); turn++) {
            Told one = call(http, gateways.get(turn % gateways.size()));
            told.add(one);
            if (one.status == 200) {
                served.incrementAndGet();
            } else {
                if (one.shed()) {
                    asked.decrementAndGet();
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private Told call(HttpClient http, URI gateway) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway + "/chat/completions"))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(20))
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            long sent = micros();
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            boolean local = answer.headers().firstValue("x-headgate-quota-mode").isPresent();
            return new Told(sent, micros(), answer.statusCode(), answer.body(), local);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }
}
