// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
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

/** Clients that call one after the other, each at the next gateway in turn, and note what they were told. */
final class QuotaClients {
    /** After a refusal, lest those who are refused leave no processor to the others. */
    private static final long PAUSE_NANOS = 2_000_000;

    private final List<Integer> ports;
    private final int clients;
    private final String key;
    private final String name;

    /** One call, with wall-clock microseconds before it was sent and after its answer was there. */
    record Told(String name, int process, long sentMicros, long answeredMicros, int status, boolean local) {}

    QuotaClients(List<Integer> ports, int clients, String key, String name) {
        this.ports = ports;
        this.clients = clients;
        this.key = key;
        this.name = name;
    }

    /** So many calls in all. */
    List<Told> run(int calls) {
        Queue<Told> told = new ConcurrentLinkedQueue<>();
        AtomicInteger asked = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                HttpClient http = HttpClient.newHttpClient()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                int first = i;
                all.add(threads.submit(() -> {
                    for (int turn = first; asked.incrementAndGet() <= calls; turn++) {
                        told.add(call(http, turn % ports.size()));
                    }
                    return told;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return List.copyOf(told);
    }

    private Told call(HttpClient http, int process) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + ports.get(process) + "/v1/chat/completions"))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(30))
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"" + name
                        + "\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"))
                .build();
        long sent = micros();
        var answer = http.send(request, BodyHandlers.discarding());
        long answered = micros();
        if (answer.statusCode() != 200) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        boolean local = answer.headers().firstValue("x-headgate-quota-mode").isPresent();
        return new Told(name, process, sent, answered, answer.statusCode(), local);
    }

    private static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }
}
