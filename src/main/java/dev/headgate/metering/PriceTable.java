// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import dev.headgate.call.Target;
import dev.headgate.call.Usage;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Prices by the vendor's model id, each from a day on (UTC); a declared model's own price wins over them. Of the names that fit an id
 * and have begun, the exact one counts, else the one with the longest text before its {@code *}. Immutable.
 */
public final class PriceTable {
    public static final PriceTable EMPTY = new PriceTable(List.of(), List.of(), Map.of());

    private final Map<String, List<Entry>> exact = new HashMap<>();
    private final List<List<Entry>> patterns;
    private final Map<String, Price> ofModels;
    private final ToolPrices tools;

    /**
     * A price of the file.
     *
     * @param model a vendor's model id, or the beginning of one and {@code *}
     * @param from the first day on which it holds; {@link LocalDate#MIN} if it always did
     */
    public record Entry(String model, LocalDate from, Price price) {
        private boolean isPattern() {
            return model.endsWith("*");
        }

        private String prefix() {
            return model.substring(0, model.length() - 1);
        }
    }

    /**
     * What a tool costs that backends run.
     *
     * @param tool its {@code type} in a request, or the beginning of one and {@code *}
     * @param model a vendor's model id, or the beginning of one and {@code *}
     * @param from the first day on which it holds; {@link LocalDate#MIN} if it always did
     * @param perCall nano-dollars
     */
    public record ToolEntry(String tool, String model, LocalDate from, long perCall) {}

    public PriceTable(List<Entry> entries, Map<String, Price> ofModels) {
        this(entries, List.of(), ofModels);
    }

    /** @param ofModels prices that declared models bring themselves, by the model's name */
    public PriceTable(List<Entry> entries, List<ToolEntry> tools, Map<String, Price> ofModels) {
        this.tools = new ToolPrices(tools);
        this.ofModels = Map.copyOf(ofModels);
        Map<String, List<Entry>> byPattern = new HashMap<>();
        for (Entry entry : entries) {
            (entry.isPattern() ? byPattern : exact)
                    .computeIfAbsent(entry.model(), model -> new ArrayList<>())
                    .add(entry);
        }
        Comparator<Entry> newestFirst = Comparator.comparing(Entry::from).reversed();
        exact.values().forEach(dated -> dated.sort(newestFirst));
        byPattern.values().forEach(dated -> dated.sort(newestFirst));
        this.patterns = byPattern.values().stream()
                .sorted(Comparator.comparingInt(
                        (List<Entry> dated) -> -dated.getFirst().model().length()))
                .toList();
    }

    /** Nano-dollars of a call to a target by the backend's count, or empty if that is not known. */
    public OptionalLong cost(Target target, Usage usage, Extras extras, Instant at) {
        Pricing pricing = pricing(target, at);
        return pricing == null ? OptionalLong.empty() : pricing.cost(usage, extras);
    }

    /** Nano-dollars of a call that no backend has counted, by an estimate of its tokens; empty if that is not known. */
    public OptionalLong guess(Target target, Usage usage, Extras extras, Instant at) {
        Pricing pricing = pricing(target, at);
        return pricing == null ? OptionalLong.empty() : pricing.guess(usage, extras);
    }

    /** The first of what a call asks for at extra cost and what has no price, or null; the model's own price is not looked at. */
    public @Nullable Gap extrasGap(Target target, Extras extras, Instant at) {
        Price price = price(target, at);
        if (price != null && price.at(extras.tier()) == null) {
            return new Gap.Tier(
                    String.valueOf(extras.tier()),
                    new TreeSet<>(price.tiers().keySet()).stream().toList());
        }
        if (price == null && !Extras.isNormal(extras.tier())) {
            return new Gap.Tier(String.valueOf(extras.tier()), List.of());
        }
        for (Map.Entry<String, String> tool : new TreeMap<>(extras.tools()).entrySet()) {
            if (perCall(price, target, tool.getKey(), at) == null) {
                return new Gap.Tool(
                        tool.getKey(),
                        tool.getValue(),
                        List.copyOf(tools(target, at).keySet()));
            }
        }
        return null;
    }

    /** The same, or that the model has no price for such a call. */
    public @Nullable Gap gap(Target target, Extras extras, Instant at) {
        Gap gap = extrasGap(target, extras, at);
        Price price = price(target, at);
        Price tier = price == null ? null : price.at(extras.tier());
        return gap == null && (tier == null || !tier.covers(extras)) ? new Gap.Model() : gap;
    }

    private @Nullable Pricing pricing(Target target, Instant at) {
        Price price = price(target, at);
        return price == null ? null : new Pricing(price, tool -> perCall(price, target, tool, at));
    }

    /** The model's own price of a tool wins over the file's. */
    private @Nullable Long perCall(@Nullable Price price, Target target, String tool, Instant at) {
        Long own = price == null ? null : ofTool(price.tools(), tool);
        return own != null ? own : tools.price(tool, target.vendorId(), day(at));
    }

    private static @Nullable Long ofTool(Map<String, Long> priced, String tool) {
        Long exact = priced.get(tool);
        return exact != null
                ? exact
                : priced.keySet().stream()
                        .filter(name -> ToolPrices.fits(name, tool))
                        .max(Comparator.comparingInt(String::length))
                        .map(priced::get)
                        .orElse(null);
    }

    /** Nano-dollars of a call of each tool that has a price for a target, by the names as they were written. */
    public Map<String, Long> tools(Target target, Instant at) {
        Price price = price(target, at);
        Map<String, Long> found = new TreeMap<>();
        for (String tool : tools.of(target.vendorId(), day(at))) {
            Long perCall = perCall(price, target, tool, at);
            if (perCall != null) {
                found.put(tool, perCall);
            }
        }
        found.putAll(price == null ? Map.of() : price.tools());
        return found;
    }

    private static LocalDate day(Instant at) {
        return at.atOffset(ZoneOffset.UTC).toLocalDate();
    }

    /** The price of a target at a point in time, or null if nobody has said it. */
    public @Nullable Price price(Target target, Instant at) {
        // Under a pattern the client's own name goes upstream, which is not the name of a declared model.
        Price own = target.id() == null ? null : ofModels.get(target.model());
        return own != null ? own : price(target.vendorId(), at);
    }

    /** The file's price of a vendor's model id. */
    public @Nullable Price price(String id, Instant at) {
        LocalDate day = day(at);
        Price found = begun(exact.getOrDefault(id, List.of()), day);
        for (int i = 0; found == null && i < patterns.size(); i++) {
            List<Entry> dated = patterns.get(i);
            if (id.startsWith(dated.getFirst().prefix())) {
                found = begun(dated, day);
            }
        }
        return found;
    }

    private static @Nullable Price begun(List<Entry> newestFirst, LocalDate day) {
        for (Entry entry : newestFirst) {
            if (!entry.from().isAfter(day)) {
                return entry.price();
            }
        }
        return null;
    }
}
