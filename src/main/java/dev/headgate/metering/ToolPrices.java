// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call of a tool costs that the backend runs, each from a day on (UTC). Of the entries that fit, the one with the more exact
 * name of the tool counts, then the more exact model, then the newest. Immutable.
 */
final class ToolPrices {
    private static final Comparator<PriceTable.ToolEntry> BEST = Comparator.comparingInt(
                    (PriceTable.ToolEntry entry) -> exactness(entry.tool()))
            .thenComparingInt(entry -> exactness(entry.model()))
            .thenComparing(PriceTable.ToolEntry::from);

    private final List<PriceTable.ToolEntry> entries;

    ToolPrices(List<PriceTable.ToolEntry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** Nano-dollars of one call, or null if nobody has said it. */
    @Nullable
    Long price(String tool, String model, LocalDate day) {
        return entries.stream()
                .filter(entry -> fits(entry.tool(), tool)
                        && fits(entry.model(), model)
                        && !entry.from().isAfter(day))
                .max(BEST)
                .map(PriceTable.ToolEntry::perCall)
                .orElse(null);
    }

    /** Names, as they were written, of the tools that have a price for a model. */
    List<String> of(String model, LocalDate day) {
        return entries.stream()
                .filter(entry -> fits(entry.model(), model) && !entry.from().isAfter(day))
                .map(PriceTable.ToolEntry::tool)
                .toList();
    }

    /** Whether a name is this one, or begins as it does up to its {@code *}. */
    static boolean fits(String written, String name) {
        return written.endsWith("*") ? name.regionMatches(0, written, 0, written.length() - 1) : name.equals(written);
    }

    private static int exactness(String written) {
        return written.endsWith("*") ? written.length() : Integer.MAX_VALUE;
    }
}
