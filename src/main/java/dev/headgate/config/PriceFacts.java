// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.Target;
import dev.headgate.metering.Price;
import dev.headgate.metering.PriceTable;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a target costs at a moment, as a map for JSON and as a line for people. Amounts are texts in US dollars, as the configuration
 * writes them, so that no digit is lost. Pure.
 */
public final class PriceFacts {
    private PriceFacts() {}

    /** The facts of targets' prices in a snapshot at a moment. */
    public static Function<Target, Map<String, Object>> at(Snapshot snapshot, Instant at) {
        return target -> of(snapshot.prices(), target, at);
    }

    /** {@code known}, and if it is, the words of the price; tools have theirs even where the model has none. */
    private static Map<String, Object> of(PriceTable prices, Target target, Instant at) {
        Price price = prices.price(target, at);
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("known", price != null);
        if (price != null) {
            putWords(out, price);
            Map<String, Object> tiers = new TreeMap<>();
            price.tiers().forEach((name, tier) -> {
                Map<String, Object> words = new LinkedHashMap<>();
                putWords(words, tier);
                tiers.put(name, words);
            });
            putUnlessEmpty(out, "tiers", tiers);
        }
        Map<String, Object> tools = new TreeMap<>();
        prices.tools(target, at).forEach((tool, perCall) -> tools.put(tool, Notation.dollars(perCall)));
        putUnlessEmpty(out, "tools", tools);
        return out;
    }

    /** The same in a line. */
    public static String text(Map<String, Object> facts) {
        String words = facts.entrySet().stream()
                .filter(fact -> fact.getValue() instanceof String)
                .map(fact -> fact.getKey() + " " + fact.getValue())
                .collect(Collectors.joining(", "));
        String tiers = facts.get("tiers") instanceof Map<?, ?> map
                ? "; other tiers: " + map.keySet().stream().map(String::valueOf).collect(Collectors.joining(", "))
                : "";
        String tools = facts.get("tools") instanceof Map<?, ?> map
                ? "; a call of "
                        + map.entrySet().stream()
                                .map(tool -> tool.getKey() + " " + tool.getValue())
                                .collect(Collectors.joining(", "))
                : "";
        return (words.isEmpty() ? "unknown" : "USD for a million tokens: " + words) + tiers + tools;
    }

    private static void putWords(Map<String, Object> out, Price price) {
        put(out, "input", price.input());
        put(out, "output", price.output());
        put(out, "cachedInput", price.cachedInput());
        put(out, "cacheWrite", price.cacheWrite());
        put(out, "reasoning", price.reasoning());
        put(out, "audioInput", price.audioInput());
        put(out, "audioOutput", price.audioOutput());
        put(out, "image", price.image());
        put(out, "perRequest", price.perRequest());
    }

    private static void put(Map<String, Object> out, String word, @Nullable Long nanos) {
        if (nanos != null) {
            out.put(word, Notation.dollars(nanos));
        }
    }

    private static void putUnlessEmpty(Map<String, Object> out, String word, Map<String, Object> some) {
        if (!some.isEmpty()) {
            out.put(word, some);
        }
    }
}
