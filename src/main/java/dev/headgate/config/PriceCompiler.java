// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.metering.Extras;
import dev.headgate.metering.Price;
import dev.headgate.metering.PriceTable;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The file of prices and the models' own prices to a {@link PriceTable}. */
final class PriceCompiler {
    private final Problems problems;

    PriceCompiler(Problems problems) {
        this.problems = problems;
    }

    PriceTable compile(@Nullable PricesFile file, List<Table.Row<RoutesFile.Model>> models) {
        Map<String, Price> ofModels = new HashMap<>();
        for (Table.Row<RoutesFile.Model> row : models) {
            At<PriceWords> words = row.value() == null ? null : row.value().price();
            if (words != null) {
                ofModels.put(row.name(), price(words, "model \"" + row.name() + "\""));
            }
        }
        return file == null
                ? new PriceTable(List.of(), ofModels)
                : new PriceTable(entries(file), tools(file), ofModels);
    }

    private List<PriceTable.Entry> entries(PricesFile file) {
        if (file.version().value() != 1) {
            problems.error(ProblemCode.VERSION, file.version().at(), "version must be 1", null, null);
        }
        List<PriceTable.Entry> entries = new ArrayList<>();
        Map<String, Span> seen = new HashMap<>();
        for (PricesFile.Entry words : file.prices()) {
            String model = words.model().value();
            LocalDate from = words.from() == null ? LocalDate.MIN : words.from();
            checkName(words.model());
            checkOnce(words.model(), "\"" + model + "\"", model + ' ' + from, seen);
            entries.add(new PriceTable.Entry(model, from, price(words.price(), "\"" + model + "\"")));
        }
        return entries;
    }

    private List<PriceTable.ToolEntry> tools(PricesFile file) {
        List<PriceTable.ToolEntry> entries = new ArrayList<>();
        Map<String, Span> seen = new HashMap<>();
        for (PricesFile.Tool words : file.tools()) {
            String tool = words.tool().value();
            String model = words.model().value();
            LocalDate from = words.from() == null ? LocalDate.MIN : words.from();
            checkName(words.tool());
            checkName(words.model());
            String subject = "tool \"" + tool + "\" of \"" + model + "\"";
            checkOnce(words.tool(), subject, tool + ' ' + model + ' ' + from, seen);
            entries.add(
                    new PriceTable.ToolEntry(tool, model, from, words.perCall().nanos()));
        }
        return entries;
    }

    private void checkOnce(At<String> name, String subject, String identity, Map<String, Span> seen) {
        Span first = seen.putIfAbsent(identity, name.at());
        if (first != null) {
            problems.error(
                    ProblemCode.SAME_PRICE,
                    name.at(),
                    subject + " has two prices from the same day",
                    "first at " + first.seenFrom(name.at()),
                    "a changed price is a second entry with from: the day of the change");
        }
    }

    private void checkName(At<String> model) {
        int star = model.value().indexOf('*');
        if (star >= 0 && star < model.value().length() - 1) {
            problems.error(
                    ProblemCode.PRICED_MODEL,
                    model.at(),
                    "\"" + model.value() + "\" has a * elsewhere than at its end",
                    null,
                    "a * stands for any ending, such as gpt-4o*");
        }
    }

    private Price price(At<PriceWords> words, String subject) {
        // An amount that cannot be read leaves its price empty too, and has been told.
        if (words.value().isEmpty()) {
            saysNothing(words.at(), subject);
        }
        for (Table.Row<TierWords> tier : words.value().tiers().rows()) {
            checkTier(tier, subject);
        }
        for (Table.Row<Units.Usd> tool : words.value().tools().rows()) {
            checkName(new At<>(tool.name(), tool.at()));
        }
        return words.value().price();
    }

    private void checkTier(Table.Row<TierWords> tier, String subject) {
        if (Extras.isNormal(tier.name())) {
            problems.error(
                    ProblemCode.NORMAL_TIER,
                    tier.at(),
                    "tier \"" + tier.name() + "\" of " + subject + " is the normal one",
                    null,
                    "its price stands beside tiers:, not in it");
        } else if (tier.value() != null && tier.value().isEmpty()) {
            saysNothing(tier.at(), "tier \"" + tier.name() + "\" of " + subject);
        }
    }

    private void saysNothing(Span at, String subject) {
        if (problems.errors() == 0) {
            problems.error(
                    ProblemCode.NO_PRICE,
                    at,
                    "the price of " + subject + " says nothing",
                    null,
                    "{ input: 0, output: 0 } is free; without a price the cost is unknown");
        }
    }
}
