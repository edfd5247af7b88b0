// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import static java.util.Objects.requireNonNull;

import dev.headgate.call.Usage;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What real usage has taught: by which factor a model's prompts differ from their estimates, each {@link Script} apart, and how long
 * a route's answers are. Keeps at most 1,000 models and 1,000 routes; those beyond share one record. Thread-safe.
 */
public final class TokenCorrection {
    /** Tokens of an answer before enough of a route's answers are known. */
    static final long UNKNOWN_OUTPUT = 1_024;

    private static final int MOST_NAMES = 1_000;
    private static final String SHARED = "*";
    private static final int CALLS_THAT_COUNT = 50;

    private static final double MOST_FACTOR = 8;

    private final Map<Script, Map<String, Factor>> factors = new EnumMap<>(Script.class);
    private final Map<String, OutputLengths> outputs = new ConcurrentHashMap<>();

    public TokenCorrection() {
        for (Script script : Script.values()) {
            factors.put(script, new ConcurrentHashMap<>());
        }
    }

    /** Tokens of the prompt, corrected for a model. */
    public long prompt(String model, PromptEstimate estimate) {
        return text(model, estimate.script(), estimate.tokens());
    }

    /** Tokens of a text, corrected for a model by what its prompts have taught. */
    public long text(String model, Script script, long tokens) {
        Map<String, Factor> known = of(script);
        Factor factor = known.get(known.containsKey(model) ? model : SHARED);
        return factor == null ? tokens : Math.round(tokens * factor.value());
    }

    /**
     * Tokens of all answers together: the client's own limit, else the length that 95 % of the route's answers do not exceed.
     *
     * @param most for one answer if the client sets no limit; so that a small limit does not refuse its first call, about half of it
     */
    public long output(String route, PromptEstimate estimate, long most) {
        long one = estimate.outputLimit();
        if (one == 0) {
            OutputLengths lengths = outputs.get(outputs.containsKey(route) ? route : SHARED);
            one = Math.min(most, lengths == null ? UNKNOWN_OUTPUT : lengths.expected());
        }
        return one * estimate.answers();
    }

    /** Learns from a call that ended well and whose usage the backend reported. */
    public void learn(String model, String route, PromptEstimate estimate, Usage actual) {
        if (estimate.tokens() > 0 && actual.input() > 0) {
            of(of(estimate.script()), model, Factor::new).learn((double) actual.input() / estimate.tokens());
        }
        of(outputs, route, OutputLengths::new).add(actual.output() / Math.max(1, estimate.answers()));
    }

    /** Forgets models and routes that the configuration no longer names. */
    public void retain(Set<String> models, Set<String> routes) {
        factors.values()
                .forEach(known -> known.keySet().removeIf(model -> !models.contains(model) && !model.equals(SHARED)));
        outputs.keySet().removeIf(route -> !routes.contains(route) && !route.equals(SHARED));
    }

    private Map<String, Factor> of(Script script) {
        return requireNonNull(factors.get(script));
    }

    private static <T> T of(Map<String, T> known, String name, Supplier<T> fresh) {
        String key = known.containsKey(name) || known.size() < MOST_NAMES ? name : SHARED;
        return known.computeIfAbsent(key, k -> fresh.get());
    }

    /** A moving average of logarithms, so that half and double weigh the same; a plain average of the first calls. */
    private static final class Factor {
        private double log;
        private int calls;

        synchronized void learn(double ratio) {
            double next = Math.log(Math.max(1 / MOST_FACTOR, Math.min(MOST_FACTOR, ratio)));
            calls = Math.min(CALLS_THAT_COUNT, calls + 1);
            log += (next - log) / calls;
        }

        synchronized double value() {
            return Math.exp(log);
        }
    }

    /** Lengths in classes that grow by a fifth each; old ones fade, because counts are halved at every thousandth answer. */
    private static final class OutputLengths {
        private static final int ENOUGH = 20;
        private static final int MOST_COUNTED = 1_000;
        private static final int CLASSES_PER_DOUBLING = 4;
        private static final int CLASSES = 30 * CLASSES_PER_DOUBLING;

        private final int[] counts = new int[CLASSES];
        private int counted;

        synchronized void add(long tokens) {
            double doublings = Math.log((double) Math.max(1, tokens)) / Math.log(2);
            counts[Math.min(CLASSES - 1, (int) Math.ceil(doublings * CLASSES_PER_DOUBLING))]++;
            if (++counted >= MOST_COUNTED) {
                counted = 0;
                for (int i = 0; i < CLASSES; i++) {
                    counts[i] /= 2;
                    counted += counts[i];
                }
            }
        }

        /** The upper end of the class in which the 95th percentile lies. */
        synchronized long expected() {
            if (counted < ENOUGH) {
                return UNKNOWN_OUTPUT;
            }
            int left = counted - counted * 95 / 100;
            int i = CLASSES - 1;
            while (i > 0 && (left -= counts[i]) > 0) {
                i--;
            }
            return (long) Math.ceil(Math.pow(2, (double) i / CLASSES_PER_DOUBLING));
        }
    }
}
