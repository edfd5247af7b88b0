// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import dev.headgate.alert.AlertRule;
import dev.headgate.call.Backend;
import dev.headgate.call.Principal;
import dev.headgate.call.Target;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Measure;
import dev.headgate.quota.Scope;
import dev.headgate.quota.TenantLimits;
import dev.headgate.quota.WhenPriceUnknown;
import dev.headgate.routing.Choice;
import dev.headgate.routing.Route;
import dev.headgate.routing.RouteTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What would happen to a call: its route, whether the caller may use it, and every target in order with the edits of the body.
 * Pure; sends nothing.
 *
 * @param route null if nothing matches
 * @param limits what a call of the named key counts for, the tenant's own first; empty if no key was named
 * @param maxWait how long a call of the named key may wait where a limit has no room; zero if it may not
 * @param refusesUnpriced whether calls of the named key are refused whose cost its budget could not count
 * @param alerts of the named key's tenant; null if there are none, or no key was named
 * @param steps the route's targets, the first being tried first
 */
record Explanation(
        String model,
        Caller caller,
        @Nullable Route route,
        List<Limit> limits,
        Duration maxWait,
        boolean refusesUnpriced,
        @Nullable AlertRule alerts,
        List<Step> steps) {

    /**
     * One target.
     *
     * @param place where its model or its pool stands in the route's order, from 1
     * @param pool the pool that it is a member of, or null
     * @param weight its weight in the pool
     * @param edits what is spliced into the body for this target
     * @param price the facts of its price
     */
    record Step(
            int place,
            Choice.@Nullable Pool pool,
            int weight,
            Target target,
            List<Edit> edits,
            Map<String, Object> price) {}

    /**
     * One change of the request body.
     *
     * @param member the top-level member, or a path in it
     * @param value rendered JSON
     * @param condition when it applies, or null if always
     */
    record Edit(String member, String value, @Nullable String condition) {}

    /**
     * Looks a call up.
     *
     * @param limits by tenant
     * @param alerts by tenant
     * @param prices the facts of a target's price
     * @param body null if none was given; edits that depend on it then carry their condition
     */
    static Explanation of(
            String model,
            Caller caller,
            RouteTable routes,
            Map<String, TenantLimits> limits,
            Map<String, AlertRule> alerts,
            Function<Target, Map<String, Object>> prices,
            @Nullable BodyFacts body) {
        Route route = routes.find(model);
        List<Step> steps = new ArrayList<>();
        if (route != null) {
            int place = 0;
            for (Choice choice : route.orderFor(model)) {
                addSteps(steps, ++place, model, choice, prices, body);
            }
        }
        TenantLimits ofCaller = limits(caller.principal(), limits);
        List<Limit> applying =
                ofCaller == null ? List.of() : limits(Objects.requireNonNull(caller.principal()), route, ofCaller);
        return new Explanation(
                model,
                caller,
                route,
                applying,
                ofCaller == null ? Duration.ZERO : ofCaller.maxWait(),
                ofCaller != null && refusesUnpriced(applying, ofCaller),
                ofCaller == null ? null : alerts.get(ofCaller.tenant()),
                steps);
    }

    private static boolean refusesUnpriced(List<Limit> applying, TenantLimits limits) {
        return limits.whenPriceUnknown() == WhenPriceUnknown.REFUSE
                && applying.stream()
                        .anyMatch(limit -> limit.kind().measure() == Measure.MONEY
                                && !limit.rule().observe());
    }

    private static @Nullable TenantLimits limits(@Nullable Principal principal, Map<String, TenantLimits> all) {
        return principal == null || principal.anonymous() ? null : all.get(principal.tenant());
    }

    private static List<Limit> limits(Principal principal, @Nullable Route route, TenantLimits limits) {
        List<Limit> found = new ArrayList<>();
        add(found, Scope.tenant(), limits.own());
        add(found, Scope.key(principal.key()), limits.keys().getOrDefault(principal.key(), List.of()));
        if (route != null) {
            add(found, Scope.route(route.name()), limits.perRoute().getOrDefault(route.name(), List.of()));
        }
        add(found, new Scope(Scope.Type.USER, "*"), limits.perUser());
        add(found, new Scope(Scope.Type.ADDRESS, "*"), limits.perAddress());
        return found;
    }

    private static void add(List<Limit> found, Scope scope, List<LimitRule> rules) {
        rules.forEach(rule -> found.add(new Limit(scope, rule)));
    }

    private static void addSteps(
            List<Step> steps,
            int place,
            String model,
            Choice choice,
            Function<Target, Map<String, Object>> prices,
            @Nullable BodyFacts body) {
        switch (choice) {
            case Choice.One(Target target) ->
                steps.add(new Step(place, null, 0, target, edits(model, target, body), prices.apply(target)));
            case Choice.Pool pool -> {
                for (Choice.Member member : pool.members()) {
                    List<Edit> edits = edits(model, member.target(), body);
                    steps.add(new Step(
                            place, pool, member.weight(), member.target(), edits, prices.apply(member.target())));
                }
            }
        }
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
