// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.Target;
import dev.headgate.routing.Choice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The models and pools that one route names, with the route's own timeouts; finds what is named twice or in vain. */
final class OrderCompiler {
    private final String route;
    private final RoutesFile.Route words;
    private final ModelCompiler models;
    private final Problems problems;
    private final @Nullable At<Choice> stable;
    private boolean whole = true;

    OrderCompiler(String route, RoutesFile.Route words, ModelCompiler models, Problems problems) {
        this.route = route;
        this.words = words;
        this.models = models;
        this.problems = problems;
        this.stable = words.stable() == null ? null : find(words.stable());
    }

    /** Whether everything that is named could be found. */
    boolean isWhole() {
        return whole;
    }

    /** The stable model, then its fallbacks. */
    List<Choice> order() {
        if (isAtPattern("fallback", words.fallback(), ProblemCode.FALLBACK)) {
            return List.of();
        }
        List<At<Choice>> order = new ArrayList<>();
        if (stable != null) {
            order.add(stable);
        }
        order.addAll(findAll(words.fallback()));
        checkRepeats(order, ProblemCode.FALLBACK);
        return timed(order);
    }

    List<Choice> onContextTooLong() {
        List<At<Choice>> detour = detour("onContextTooLong", words.onContextTooLong());
        long window = stable == null ? 0 : smallestWindow(stable.value());
        if (window > 0) {
            detour.forEach(choice -> checkWindow(choice, window));
        }
        return timed(detour);
    }

    List<Choice> onContentFilter() {
        return timed(detour("onContentFilter", words.onContentFilter()));
    }

    private List<At<Choice>> detour(String word, List<At<String>> names) {
        if (isAtPattern(word, names, ProblemCode.DETOUR)) {
            return List.of();
        }
        for (At<String> name : names) {
            if (words.stable() != null && words.stable().value().equals(name.value())) {
                problems.error(
                        ProblemCode.DETOUR,
                        name.at(),
                        "\"" + name.value() + "\" is what route \"" + route + "\" tries first",
                        "the stable one",
                        word + " names models that take what this one cannot");
            }
        }
        List<At<Choice>> detour = findAll(names);
        checkRepeats(detour, ProblemCode.DETOUR);
        return detour;
    }

    private boolean isAtPattern(String word, List<At<String>> names, ProblemCode code) {
        if (words.backend() == null || names.isEmpty()) {
            return false;
        }
        problems.error(code, names.getFirst().at(), "a pattern such as \"" + route + "\" has no " + word, null, null);
        return true;
    }

    /** A model that stands in two places would be tried as if it were two. */
    private void checkRepeats(List<At<Choice>> choices, ProblemCode code) {
        Map<String, String> seen = new HashMap<>();
        for (At<Choice> choice : choices) {
            String name = choice.value().name();
            for (Target target : choice.value().targets().toList()) {
                String before = seen.put(target.model(), name);
                if (before != null) {
                    repeated(choice, target.model(), before, code);
                    break;
                }
            }
        }
    }

    private void repeated(At<Choice> choice, String model, String before, ProblemCode code) {
        String name = choice.value().name();
        String what = "model \"" + model + "\" twice";
        if (!before.equals(name)) {
            what += ": " + place(before, model) + " and " + place(name, model);
        } else if (choice.value() instanceof Choice.Pool) {
            what = "pool \"" + name + "\" twice";
        }
        problems.error(
                code,
                choice.at(),
                "route \"" + route + "\" tries " + what,
                null,
                "what failed is tried again as retry: says, without being named again");
    }

    private static String place(String name, String model) {
        return name.equals(model) ? "alone" : "in pool \"" + name + "\"";
    }

    private List<At<Choice>> findAll(List<At<String>> names) {
        return names.stream().map(this::find).filter(Objects::nonNull).toList();
    }

    private @Nullable At<Choice> find(At<String> name) {
        Choice choice = models.find(name, "route \"" + route + "\"");
        whole &= choice != null;
        return choice == null ? null : new At<>(choice, name.at());
    }

    private List<Choice> timed(List<At<Choice>> choices) {
        return choices.stream().map(choice -> timed(choice.value())).toList();
    }

    private Choice timed(Choice choice) {
        return switch (choice) {
            case Choice.One one -> new Choice.One(timed(one.target()));
            case Choice.Pool pool ->
                new Choice.Pool(
                        pool.name(),
                        pool.balance(),
                        pool.members().stream()
                                .map(m -> new Choice.Member(timed(m.target()), m.weight()))
                                .toList());
        };
    }

    private Target timed(Target target) {
        return target.withTimeouts(words.timeouts().over(target.timeouts()));
    }

    private void checkWindow(At<Choice> choice, long window) {
        choice.value()
                .targets()
                .filter(target -> target.contextWindow() > 0 && target.contextWindow() <= window)
                .findFirst()
                .ifPresent(target -> problems.error(
                        ProblemCode.WINDOW,
                        choice.at(),
                        "the contextWindow of \"" + target.model() + "\" (" + Notation.count(target.contextWindow())
                                + ") is not larger than the " + Notation.count(window) + " of the stable model",
                        null,
                        "what is too long for one is too long for the other"));
    }

    /** Of the targets whose window is declared; 0 if none is. */
    private static long smallestWindow(Choice choice) {
        return choice.targets()
                .mapToLong(Target::contextWindow)
                .filter(window -> window > 0)
                .min()
                .orElse(0);
    }
}
