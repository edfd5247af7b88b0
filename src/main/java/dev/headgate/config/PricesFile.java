// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code conf/prices.yaml} as written. */
record PricesFile(
        @Word(value = "Version of this vocabulary; there is only 1.", preset = "1")
        At<Integer> version,

        @Word(
                "Prices of vendors' models. Of those that fit a model and have begun, the exact name counts, then the longest.")
        List<Entry> prices) {

    record Entry(
            @Word(value = "The vendor's model id; a trailing `*` makes a prefix.", names = Names.MODEL)
            At<String> model,

            @Word(value = "The first day (UTC) on which it holds.", otherwise = "it always did") @Nullable
            LocalDate from,

            @Word("What it costs, in US dollars.") At<PriceWords> price) {}
}
