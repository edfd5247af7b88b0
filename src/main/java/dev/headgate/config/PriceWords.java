// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.config.Units.Usd;
import dev.headgate.metering.Price;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code price:} of a model and of the file of prices. US dollars for a million tokens, kept as whole nano-dollars. */
record PriceWords(
        @Word(value = "USD for a million tokens of input.", otherwise = "unknown") @Nullable
        Usd input,

        @Word(value = "USD for a million tokens of output.", otherwise = "unknown") @Nullable
        Usd output,

        @Word(
                value = "USD for a million tokens of input that the vendor served from its prompt cache.",
                otherwise = "`input`")
        @Nullable
        Usd cachedInput,

        @Word(
                value = "USD for a million tokens of input that the vendor put into its prompt cache.",
                otherwise = "`input`")
        @Nullable
        Usd cacheWrite,

        @Word(value = "USD for a million tokens of output that the model spent thinking.", otherwise = "`output`")
        @Nullable
        Usd reasoning,

        @Word(value = "USD for a million tokens of sound in the input.", otherwise = "unknown") @Nullable
        Usd audioInput,

        @Word(value = "USD for a million tokens of sound in the output.", otherwise = "unknown") @Nullable
        Usd audioOutput,

        @Word(value = "USD for a million tokens of pictures in the input.", otherwise = "`input`") @Nullable
        Usd image,

        @Word(
                value =
                        "USD for each request, besides its tokens; for each picture, where a request makes several. Needed for"
                                + " endpoints that are not billed by tokens (sound, pictures, moderation).",
                otherwise = "`0` for tokens, else unknown")
        @Nullable
        Usd perRequest,

        @Word(
                value = "What it costs instead at a service tier, by the tier's name, such as `flex` or `priority`.",
                otherwise = "unknown",
                names = Names.PLAIN)
        Table<TierWords> tiers,

        @Word(
                value =
                        "USD for each call of a tool that the backend runs, by the tool's `type`; a trailing `*` makes a prefix.",
                otherwise = "the `tools` of the file of prices",
                names = Names.MODEL)
        Table<Usd> tools) {

    /** Whether no word is there, which would be a price that nobody can mean. */
    boolean isEmpty() {
        return Stream.of(input, output, cachedInput, cacheWrite, reasoning, audioInput, audioOutput, image, perRequest)
                .allMatch(Objects::isNull);
    }

    Price price() {
        return new Price(
                nanos(input),
                nanos(output),
                nanos(cachedInput),
                nanos(cacheWrite),
                nanos(reasoning),
                nanos(audioInput),
                nanos(audioOutput),
                nanos(image),
                nanos(perRequest),
                named(tiers, TierWords::price),
                named(tools, Usd::nanos));
    }

    private static <W, T> Map<String, T> named(Table<W> table, Function<W, T> compile) {
        Map<String, T> compiled = new LinkedHashMap<>();
        for (Table.Row<W> row : table.rows()) {
            if (row.value() != null) {
                compiled.put(row.name(), compile.apply(row.value()));
            }
        }
        return compiled;
    }

    static @Nullable Long nanos(@Nullable Usd usd) {
        return usd == null ? null : usd.nanos();
    }
}
