// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.AllowList;
import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.CallListener;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Cancellation;
import dev.headgate.call.Endpoint;
import dev.headgate.call.GuardListener;
import dev.headgate.call.Guards;
import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.call.Principal;
import dev.headgate.call.Priority;
import dev.headgate.call.RequestBody;
import dev.headgate.call.Secret;
import dev.headgate.call.Target;
import dev.headgate.call.Timeouts;
import dev.headgate.call.Timing;
import dev.headgate.call.Try;
import io.vertx.core.MultiMap;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Backends, rules and calls for tests of what keeps calls from a backend. */
final class BreakerCalls {
    /** Judges after four calls; opens for a moment. */
    static final BreakerRule QUICK = new BreakerRule(
            50, Duration.ofSeconds(30), 80, 4, Duration.ofSeconds(30), Duration.ofMillis(20), Duration.ofSeconds(10));

    private BreakerCalls() {}

    static BreakerRule openFor(BreakerRule rule, Duration openFor) {
        return new BreakerRule(
                rule.failurePercent(),
                rule.slowerThan(),
                rule.slowPercent(),
                rule.minimumCalls(),
                rule.window(),
                openFor,
                rule.rampUp());
    }

    static Backend backend(String name, BreakerRule rule, String... keys) {
        return new Backend(
                name,
                Backend.Dialect.OPENAI,
                URI.create("http://localhost"),
                new Backend.Auth.Bearer(),
                Stream.of(keys).map(Secret::new).toList(),
                Map.of(),
                null,
                null,
                null,
                null,
                false,
                new Guards(Timeouts.DEFAULT, rule, null, null),
                null);
    }

    static Target target(Backend backend, String model) {
        return new Target(model, backend, null, Map.of(), Map.of(), true);
    }

    static Call call(Try attempt) {
        return call(attempt, false);
    }

    /** One that asks for a stream. */
    static Call stream(Try attempt) {
        return call(attempt, true);
    }

    private static Call call(Try attempt, boolean stream) {
        return new Call(
                "call_1",
                new Principal(
                        "acme", "web", Map.of(), AllowList.of(List.of("m")), false, false, false, Priority.DEFAULT, 1),
                Endpoint.CHAT,
                Map.of(),
                null,
                MultiMap.caseInsensitiveMultiMap(),
                new Body(stream),
                new CallRecord("call_1", "call_1", 1, CallListener.all(List.of())),
                new Cancellation(),
                new Timing(),
                "192.0.2.1",
                null,
                null,
                attempt);
    }

    /** Does the same on several threads, which start together. */
    static <T extends @Nullable Object> List<T> inParallel(int threads, Callable<T> work) throws Exception {
        CyclicBarrier start = new CyclicBarrier(threads);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<T>> running = Stream.generate(() -> pool.submit(() -> {
                        start.await(10, TimeUnit.SECONDS);
                        return work.call();
                    }))
                    .limit(threads)
                    .toList();
            List<T> results = new ArrayList<>();
            for (Future<T> one : running) {
                results.add(one.get(10, TimeUnit.SECONDS));
            }
            return results;
        }
    }

    /** Writes down what it hears. */
    static final class Heard implements GuardListener {
        final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public void breaker(String backend, String model, BreakerPhase phase) {
            lines.add(backend + "/" + model + " " + phase);
        }

        @Override
        public void credentialParked(String backend, int key, int status) {
            lines.add(backend + " " + key + " " + status);
        }
    }

    /** A JSON body without bytes. */
    private record Body(boolean stream) implements RequestBody.Json {
        @Override
        public byte[] content() {
            return new byte[0];
        }

        @Override
        public String model() {
            return "m";
        }

        @Override
        public List<String> references() {
            return List.of();
        }

        @Override
        public boolean background() {
            return false;
        }

        @Override
        public boolean replayable() {
            return true;
        }

        @Override
        public Outgoing to(Target target) {
            return new Outgoing.Whole(List.of(), 0);
        }

        @Override
        public void release() {}

        @Override
        public boolean lacksUsageRequest() {
            return false;
        }
    }
}
