// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Target;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Keeps a prompt from targets that it is known not to fit into. Pure. */
final class Prompt {
    private Prompt() {}

    /** @param tooSmall the targets that are passed over */
    record Fit(List<Target> targets, List<Target> tooSmall) {}

    /**
     * Without those whose window is known to be too small. If the first is one of these, targets with a larger window come first;
     * if all are, none is passed over, and the backend has the word.
     *
     * @param larger where such calls go, in order; asked only if need be
     * @param leastTokens tokens that the prompt has at the very least; asked only if a target has a window
     */
    static Fit fit(List<Target> targets, Supplier<List<Target>> larger, LongSupplier leastTokens) {
        if (targets.stream().noneMatch(target -> target.contextWindow() > 0)) {
            return new Fit(targets, List.of());
        }
        long tokens = leastTokens.getAsLong();
        if (targets.stream().noneMatch(target -> isTooSmall(target, tokens))) {
            return new Fit(targets, List.of());
        }
        Stream<Target> all = isTooSmall(targets.getFirst(), tokens)
                ? Stream.concat(larger.get().stream(), targets.stream())
                : targets.stream();
        List<Target> fitting =
                all.distinct().filter(target -> !isTooSmall(target, tokens)).toList();
        return fitting.isEmpty()
                ? new Fit(targets, List.of())
                : new Fit(
                        fitting,
                        targets.stream()
                                .filter(target -> isTooSmall(target, tokens))
                                .toList());
    }

    private static boolean isTooSmall(Target target, long tokens) {
        return target.contextWindow() > 0 && target.contextWindow() < tokens;
    }
}
