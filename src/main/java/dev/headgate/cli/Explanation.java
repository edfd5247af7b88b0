// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import dev.headgate.call.Backend;
import dev.headgate.call.Target;
import dev.headgate.routing.Route;
import dev.headgate.routing.RouteTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What would happen to a call: its route, whether the caller may use it, and every target in order with the edits of the body.
 * Pure; sends nothing.
 *
 * @param route null if nothing matches
 * @param steps the route's targets, the first being tried first
 */
record Explanation(String model, Caller caller, @Nullable Route route, List<Step> steps) {

    /**
     * One target.
     *
     * @param edits what is spliced into the body for this target
     */
    record Step(Target target, List<Edit> edits) {}

    /**
     * One change of the request body.
     *
     * @param member the top-level member, or a path in it
     * @param value rendered JSON
     * @param condition when it applies, or null if always
     */
    record Edit(String member, String value, @Nullable String condition) {}

    /** @param body null if none was given; edits that depend on it then carry their condition */
    static Explanation of(String model, Caller caller, RouteTable routes, @Nullable BodyFacts body) {
        Route route = routes.find(model);
        List<Step> steps = new ArrayList<>();
        if (route != null) {
            for (Target target : route.targetsFor(model)) {
                steps.add(new Step(target, edits(model, target, body)));
            }
        }
        return new Explanation(model, caller, route, steps);
    }

    /** Whether a call would reach a backend. */
    boolean isServed() {
        return route != null
                && caller.refusal(model) == null
                && steps.stream().anyMatch(step -> step.target().backend().isOn());
    }

    private static List<Edit> edits(String model, Target target, @Nullable BodyFacts body) {
        List<Edit> edits = new ArrayList<>();
        if (target.id() != null && !target.id().equals(model)) {
            edits.add(new Edit("model", Json.quoted(target.id()), null));
        }
        for (Map.Entry<String, String> set : target.set().entrySet()) {
            edits.add(new Edit(set.getKey(), set.getValue(), null));
        }
        for (Map.Entry<String, String> preset : target.defaults().entrySet()) {
            if (body == null) {
                edits.add(new Edit(preset.getKey(), preset.getValue(), "unless the client sends it"));
            } else if (!body.members().containsKey(preset.getKey())) {
                edits.add(new Edit(preset.getKey(), preset.getValue(), null));
            }
        }
        addUsage(edits, target.backend(), body);
        return edits;
    }

    private static void addUsage(List<Edit> edits, Backend backend, @Nullable BodyFacts body) {
        if (!backend.askUsage()) {
            return;
        }
        String member = "stream_options.include_usage";
        if (body == null) {
            edits.add(new Edit(member, "true", "if a completion is streamed and does not ask for usage itself"));
        } else if (body.stream() && body.isCompletion() && !body.asksUsage()) {
            edits.add(new Edit(member, "true", null));
        }
    }
}
