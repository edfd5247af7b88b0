// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Backend;
import dev.headgate.call.GuardListener;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Asks every backend that has a health rule whether it lives, once for the whole process. A backend without a rule is healthy, and so
 * is one that was not asked yet. Everything happens on one event loop; {@link #apply} may be called from any thread.
 */
public final class HealthChecks {
    private final Vertx vertx;
    private final Context context;
    private final Probe probe;
    private final Function<Backend, BackendState> states;
    private final GuardListener listener;
    private final Map<String, HealthCheck> running = new HashMap<>();

    public HealthChecks(Vertx vertx, Probe probe, Backends backends, GuardListener listener) {
        this(vertx, probe, backends::of, listener);
    }

    HealthChecks(Vertx vertx, Probe probe, Function<Backend, BackendState> states, GuardListener listener) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.probe = probe;
        this.states = states;
        this.listener = listener;
    }

    /** Asks these from now on, and no others. */
    public void apply(Collection<Backend> backends) {
        Map<String, Backend> wanted =
                backends.stream().filter(HealthChecks::isAsked).collect(Collectors.toMap(Backend::name, b -> b));
        context.runOnContext(v -> {
            running.entrySet().removeIf(check -> {
                boolean gone = !wanted.containsKey(check.getKey());
                if (gone) {
                    check.getValue().stop();
                }
                return gone;
            });
            wanted.forEach((name, backend) -> running.computeIfAbsent(
                            name, n -> new HealthCheck(vertx, probe, backend, states.apply(backend), listener))
                    .changed(backend));
        });
    }

    /** Asks nobody any more; completes when no further request will be made. Comes before Vert.x itself is closed. */
    public Future<Void> close() {
        Promise<Void> closed = Promise.promise();
        context.runOnContext(v -> {
            running.values().forEach(HealthCheck::stop);
            running.clear();
            closed.complete();
        });
        return closed.future();
    }

    /** One that is off has no key to ask with, and the demo backend has no address. */
    private static boolean isAsked(Backend backend) {
        return backend.guards().health() != null && backend.isOn() && backend.baseUrl() != null;
    }
}
