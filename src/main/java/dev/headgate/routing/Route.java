// SPDX-License-Identifier: Apache-2.0
package dev.headgate.routing;

import dev.headgate.call.Backend;
import dev.headgate.call.Target;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one name that clients send as {@code model} means, compiled.
 *
 * @param name the exact name, or the pattern with its trailing {@code *}
 * @param targets in order: the stable model, then its fallbacks; empty for a pattern
 * @param passThrough the backend that a pattern hands the client's own name to, or null for an exact route
 * @param listed names that {@code GET /v1/models} shows of a pattern
 * @param earlyHead after how long a silent stream gets its head and keep-alive comments
 * @param total the deadline of a call over all its attempts
 */
public record Route(
        String name,
        List<Target> targets,
        @Nullable Backend passThrough,
        List<String> listed,
        Duration earlyHead,
        Duration total) {

    /** The ordered targets for the name that the client sent. */
    public List<Target> targetsFor(String model) {
        return passThrough == null
                ? targets
                : List.of(new Target(
                        model, passThrough, null, java.util.Map.of(), java.util.Map.of(), listed.contains(model)));
    }

    /** The arm that serves a call; a route without a rollout or a split has one. */
    public String variant() {
        return "stable";
    }

    public boolean isPattern() {
        return passThrough != null;
    }
}
