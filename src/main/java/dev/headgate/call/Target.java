// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One model in a route's order: a backend, the vendor's model id and the parameters that go with it.
 *
 * @param model the declared model's name, or the client's own name under a pattern route
 * @param id the vendor's model id; null means that the client's name goes upstream as it is
 * @param set top-level members that replace whatever the client says; values are rendered JSON
 * @param defaults top-level members that are added only if the client says nothing; values are rendered JSON
 * @param timeouts of a try at this target, the route's own words included
 * @param contextWindow tokens that fit into prompt and answer together; 0 if the configuration does not say
 * @param declared whether {@code model} is a name from the configuration, fit for a metric label
 */
public record Target(
        String model,
        Backend backend,
        @Nullable String id,
        Map<String, String> set,
        Map<String, String> defaults,
        boolean declared,
        Timeouts timeouts,
        long contextWindow) {

    /** A target with its backend's timeouts, and a window that nobody knows. */
    public Target(
            String model,
            Backend backend,
            @Nullable String id,
            Map<String, String> set,
            Map<String, String> defaults,
            boolean declared) {
        this(model, backend, id, set, defaults, declared, backend.guards().timeouts(), 0);
    }

    /** Under which name breakers and latencies are kept: clients may invent names under a pattern, so these share one. */
    public String stateKey() {
        return declared ? model : "*";
    }

    /** What the vendor calls the model: {@link #id}, else the client's name, which goes upstream as it is. */
    public String vendorId() {
        return id == null ? model : id;
    }

    public Target withTimeouts(Timeouts changed) {
        return new Target(model, backend, id, set, defaults, declared, changed, contextWindow);
    }
}
