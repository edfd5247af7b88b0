// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

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
        return new PriceTable(file == null ? List.of() : entries(file), ofModels);
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
            Span first = seen.putIfAbsent(model + ' ' + from, words.model().at());
            if (first != null) {
                problems.error(
                        ProblemCode.SAME_PRICE,
                        words.model().at(),
                        "\"" + model + "\" has two prices from the same day",
                        "first at " + first.seenFrom(words.model().at()),
                        "a changed price is a second entry with from: the day of the change");
            }
            entries.add(new PriceTable.Entry(model, from, price(words.price(), "\"" + model + "\"")));
        }
        return entries;
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
        if (words.value().isEmpty() && problems.errors() == 0) {
            problems.error(
                    ProblemCode.NO_PRICE,
                    words.at(),
                    "the price of " + subject + " says nothing",
                    null,
                    "{ input: 0, output: 0 } is free; without a price the cost is unknown");
        }
        return words.value().price();
    }
}
