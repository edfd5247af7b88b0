// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.CallFailure;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Target;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides which backend a stateful call goes to: the one that keeps what it is about, else that of the route named by
 * {@code x-headgate-route} or {@code model}, else the only one there is. Throws {@link CallFailure} where there is no answer. Pure.
 */
final class ObjectPlacement {
    /** Stands for the model where no model is involved. */
    private static final String NO_MODEL = "none";

    private final NamedTargets routes;
    private final Map<String, Backend> backends;

    ObjectPlacement(NamedTargets routes, Map<String, Backend> backends) {
        this.routes = routes;
        this.backends = backends;
    }

    /** @param keeper the backend that keeps what the call is about, or null if it is about nothing yet */
    Target choose(Call call, @Nullable String keeper) {
        String hint = call.routeHint();
        String model = call.body().model();
        String pin = keeper != null ? keeper : hint != null ? hinted(call, hint) : null;
        if (model != null) {
            return modelled(call, model, pin);
        }
        Backend backend = pin == null ? only() : backends.get(pin);
        if (backend == null) {
            throw GatewayError.of(
                            ErrorKind.UPSTREAM_UNAVAILABLE,
                            "Backend \"%s\", which keeps this object, is no longer configured.".formatted(pin))
                    .asFailure();
        }
        return new Target(NO_MODEL, on(backend), null, Map.of(), Map.of(), true);
    }

    private String hinted(Call call, String hint) {
        return routes.of(hint, call).getFirst().backend().name();
    }

    /** The vendor's id goes up in place of the client's name, but none of the parameters that a route sets for answers. */
    private Target modelled(Call call, String model, @Nullable String pin) {
        List<Target> targets = routes.of(model, call);
        Target chosen = pin == null
                ? targets.getFirst()
                : targets.stream()
                        .filter(target -> target.backend().name().equals(pin))
                        .findFirst()
                        .orElseThrow(() -> GatewayError.of(
                                        ErrorKind.INVALID_REQUEST,
                                        "This request belongs to backend \"%s\", and \"%s\" has no model there."
                                                .formatted(pin, model),
                                        "model")
                                .asFailure());
        return new Target(chosen.model(), on(chosen.backend()), chosen.id(), Map.of(), Map.of(), chosen.declared());
    }

    private Backend only() {
        List<Backend> candidates = backends.values().stream()
                .filter(backend -> backend.isOn() && backend.dialect() != Backend.Dialect.DEMO)
                .toList();
        if (candidates.size() != 1) {
            throw GatewayError.of(
                            ErrorKind.INVALID_REQUEST,
                            candidates.isEmpty()
                                    ? "No backend that keeps objects is configured and on."
                                    : "Several backends could be meant. Name a route in the header x-headgate-route; its backend is used.")
                    .asFailure();
        }
        return candidates.getFirst();
    }

    private static Backend on(Backend backend) {
        if (!backend.isOn()) {
            throw GatewayError.of(
                            ErrorKind.UPSTREAM_UNAVAILABLE,
                            "Backend \"%s\" is off: %s".formatted(backend.name(), backend.offReason()))
                    .asFailure();
        }
        return backend;
    }
}
