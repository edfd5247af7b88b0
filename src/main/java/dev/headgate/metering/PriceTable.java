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
import org.jspecify.annotations.Nullable;

/**
 * Prices by the vendor's model id, each from a day on (UTC); a declared model's own price wins over them. Of the names that fit an id
 * and have begun, the exact one counts, else the one with the longest text before its {@code *}. Immutable.
 */
public final class PriceTable {
    public static final PriceTable EMPTY = new PriceTable(List.of(), Map.of());

    private final Map<String, List<Entry>> exact = new HashMap<>();
    private final List<List<Entry>> patterns;
    private final Map<String, Price> ofModels;

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

    /** @param ofModels prices that declared models bring themselves, by the model's name */
    public PriceTable(List<Entry> entries, Map<String, Price> ofModels) {
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

    /** Nano-dollars of a call to a target, or empty if that is not known. */
    public OptionalLong cost(Target target, Usage usage, Instant at) {
        Price price = price(target, at);
        return price == null ? OptionalLong.empty() : price.cost(usage);
    }

    /** The price of a target at a point in time, or null if nobody has said it. */
    public @Nullable Price price(Target target, Instant at) {
        // Under a pattern the client's own name goes upstream, which is not the name of a declared model.
        Price own = target.id() == null ? null : ofModels.get(target.model());
        return own != null ? own : price(target.id() == null ? target.model() : target.id(), at);
    }

    /** The file's price of a vendor's model id. */
    public @Nullable Price price(String id, Instant at) {
        LocalDate day = at.atOffset(ZoneOffset.UTC).toLocalDate();
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
