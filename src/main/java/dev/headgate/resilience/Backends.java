// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Backend;
import dev.headgate.call.BackendView;
import dev.headgate.call.GuardListener;
import dev.headgate.call.Guards.BulkheadRule;
import dev.headgate.call.Target;
import dev.headgate.resilience.FailureWindow.Counts;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the process remembers of its backends and their models: breakers, budgets, slots, credentials, latencies. Outlives reloads,
 * because it is keyed by names; what no snapshot names any more is dropped. Thread-safe.
 */
public final class Backends {
    private final Vertx vertx;
    private final GuardListener listener;
    private final LongSupplier nanos;
    private final RandomGenerator dice;
    private final Map<String, BackendState> backends = new ConcurrentHashMap<>();
    private final Map<Key, TargetState> targets = new ConcurrentHashMap<>();

    public Backends(Vertx vertx, GuardListener listener) {
        this(
                vertx,
                listener,
                System::nanoTime,
                () -> ThreadLocalRandom.current().nextLong());
    }

    /** With a time and dice of one's own. */
    Backends(Vertx vertx, GuardListener listener, LongSupplier nanos, RandomGenerator dice) {
        this.vertx = vertx;
        this.listener = listener;
        this.nanos = nanos;
        this.dice = dice;
    }

    GuardListener listener() {
        return listener;
    }

    BackendState of(Backend backend) {
        return backends.computeIfAbsent(
                backend.name(),
                name -> new BackendState((key, status) -> listener.credentialParked(name, key, status)));
    }

    TargetState of(Target target) {
        return targets.computeIfAbsent(Key.of(target), this::closed);
    }

    /** Forgets everything else. Calls that still hold a state that is dropped go on with it, unheard. */
    public void retain(Collection<Backend> inUse, Collection<Target> targetsInUse) {
        Set<String> names = inUse.stream().map(Backend::name).collect(Collectors.toSet());
        Set<Key> keys = targetsInUse.stream().map(Key::of).collect(Collectors.toSet());
        backends.keySet().retainAll(names);
        targets.entrySet().removeIf(entry -> {
            boolean gone = !keys.contains(entry.getKey());
            if (gone) {
                entry.getValue().breaker().retire();
            }
            return gone;
        });
    }

    /** What is remembered of these, in their order, with those of their models that were asked. */
    public List<BackendView> view(Collection<Backend> inUse) {
        return inUse.stream().map(this::view).toList();
    }

    /** How full a backend's bulkhead is, or null if it has none. */
    public BackendView.@Nullable Slots slots(Backend backend) {
        BulkheadRule rule = backend.guards().bulkhead();
        Bulkhead bulkhead = of(backend).bulkhead;
        return rule == null
                ? null
                : new BackendView.Slots(
                        rule.isAdaptive(), bulkhead.limitOf(rule), bulkhead.inUse(), bulkhead.waiting());
    }

    private BackendView view(Backend backend) {
        long now = nanos.getAsLong();
        BackendState state = of(backend);
        List<BackendView.Model> models = targets.entrySet().stream()
                .filter(entry -> entry.getKey().backend.equals(backend.name()))
                .map(entry -> view(entry.getKey().model, entry.getValue()))
                .sorted(Comparator.comparing(BackendView.Model::name))
                .toList();
        return new BackendView(
                backend.name(),
                state.healthy,
                models.stream().mapToInt(BackendView.Model::inFlight).sum(),
                slots(backend),
                state.credentials.view(backend, now),
                new BackendView.Retries(state.retries.requests(now), state.retries.left(now)),
                models);
    }

    private static BackendView.Model view(String name, TargetState state) {
        Counts counts = state.breaker().counts();
        return new BackendView.Model(
                name,
                state.breaker().phase(),
                counts.calls(),
                counts.failed(),
                counts.slow(),
                state.firstToken().nanos(),
                state.answer().nanos(),
                state.inFlight().get());
    }

    private TargetState closed(Key key) {
        Breaker breaker = new Breaker(
                vertx,
                key.backend + "/" + key.model,
                phase -> listener.breaker(key.backend, key.model, phase),
                nanos,
                dice);
        return new TargetState(breaker, new Latency(), new Latency(), new AtomicInteger());
    }

    private record Key(String backend, String model) {
        static Key of(Target target) {
            return new Key(target.backend().name(), target.stateKey());
        }
    }
}
