// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.config.Units.Usd;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code conf/prices.yaml} as written. */
record PricesFile(
        @Word(value = "Version of this vocabulary; there is only 1.", preset = "1")
        At<Integer> version,

        @Word(
                "Prices of vendors' models. Of those that fit a model and have begun, the exact name counts, then the longest.")
        List<Entry> prices,

        @Word(
                "Prices of tools that backends run (web search, file search, …). Of those that fit and have begun, the exact names"
                        + " count, then the longest.")
        List<Tool> tools) {

    record Entry(
            @Word(value = "The vendor's model id; a trailing `*` makes a prefix.", names = Names.MODEL)
            At<String> model,

            @Word(value = "The first day (UTC) on which it holds.", otherwise = "it always did") @Nullable
            LocalDate from,

            @Word("What it costs, in US dollars.") At<PriceWords> price) {}

    record Tool(
            @Word(value = "The tool's `type` in a request; a trailing `*` makes a prefix.", names = Names.MODEL)
            At<String> tool,

            @Word(
                    value = "The vendor's model id that uses it; a trailing `*` makes a prefix.",
                    preset = "*",
                    names = Names.MODEL)
            At<String> model,

            @Word(value = "The first day (UTC) on which it holds.", otherwise = "it always did") @Nullable
            LocalDate from,

            @Word("US dollars for each call.") Usd perCall) {}
}
