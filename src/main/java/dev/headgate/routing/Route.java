// SPDX-License-Identifier: Apache-2.0
package dev.headgate.routing;

import dev.headgate.call.Backend;
import dev.headgate.call.OnDisconnect;
import dev.headgate.call.Target;
import dev.headgate.call.Timeouts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one name that clients send as {@code model} means, compiled.
 *
 * @param name the exact name, or the pattern with its trailing {@code *}
 * @param order the stable model, then its fallbacks; empty for a pattern
 * @param passThrough the backend that a pattern hands the client's own name to, or null for an exact route
 * @param listed names that {@code GET /v1/models} shows of a pattern
 * @param policy everything else that the route says
 */
public record Route(
        String name, List<Choice> order, @Nullable PassThrough passThrough, List<String> listed, Policy policy) {

    public Route {
        order = List.copyOf(order);
        listed = List.copyOf(listed);
    }

    /** A backend that gets names as clients send them, and how long a try there may take. */
    public record PassThrough(Backend backend, Timeouts timeouts) {}

    /**
     * How calls of a route are treated.
     *
     * @param earlyHead after how long a silent stream gets its head and keep-alive comments
     * @param total the deadline of a call over all its attempts
     * @param onContextTooLong where a call goes whose prompt is too long for the model; empty: nowhere
     * @param onContentFilter where a call goes whose prompt the backend filtered; empty: nowhere
     * @param degraded what is answered when every target failed, or null for an error
     * @param onDisconnect what becomes of a call whose client leaves
     */
    public record Policy(
            Duration earlyHead,
            Duration total,
            RetryRule retry,
            List<Choice> onContextTooLong,
            List<Choice> onContentFilter,
            @Nullable String degraded,
            OnDisconnect onDisconnect) {
        public Policy {
            onContextTooLong = List.copyOf(onContextTooLong);
            onContentFilter = List.copyOf(onContentFilter);
        }

        /** Deadlines alone; everything else as if the configuration said nothing. */
        public static Policy of(Duration earlyHead, Duration total) {
            return new Policy(earlyHead, total, RetryRule.DEFAULT, List.of(), List.of(), null, OnDisconnect.CANCEL);
        }
    }

    /** Every target that a call of this route can come to; names that clients may invent are one target together. */
    public Stream<Target> everyTarget() {
        Stream<Target> order = passThrough == null
                ? this.order.stream().flatMap(Choice::targets)
                : Stream.concat(listed.stream(), Stream.of("*")).map(model -> passedThrough(passThrough, model));
        Stream<Target> detours = Stream.concat(policy.onContextTooLong().stream(), policy.onContentFilter().stream())
                .flatMap(Choice::targets);
        return Stream.concat(order, detours);
    }

    private Target passedThrough(PassThrough to, String model) {
        return new Target(model, to.backend(), null, Map.of(), Map.of(), listed.contains(model), to.timeouts(), 0);
    }

    /** The order for the name that the client sent. */
    public List<Choice> orderFor(String model) {
        return passThrough == null ? order : List.of(new Choice.One(passedThrough(passThrough, model)));
    }

    /** Every target that the name which the client sent can mean, in the order of the configuration. */
    public List<Target> targetsFor(String model) {
        return orderFor(model).stream().flatMap(Choice::targets).toList();
    }

    /** The same, and those that it can come to when one of them does not want its prompt. */
    public List<Target> everyTargetFor(String model) {
        Stream<Target> detours = Stream.concat(policy.onContextTooLong().stream(), policy.onContentFilter().stream())
                .flatMap(Choice::targets);
        return Stream.concat(targetsFor(model).stream(), detours).toList();
    }

    /** The arm that serves a call; a route without a rollout or a split has one. */
    public String variant() {
        return "stable";
    }

    public boolean isPattern() {
        return passThrough != null;
    }
}
