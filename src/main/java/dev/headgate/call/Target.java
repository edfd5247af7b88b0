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
 * @param declared whether {@code model} is a name from the configuration, fit for a metric label
 */
public record Target(
        String model,
        Backend backend,
        @Nullable String id,
        Map<String, String> set,
        Map<String, String> defaults,
        boolean declared) {}
