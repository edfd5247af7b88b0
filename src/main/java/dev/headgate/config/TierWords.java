// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.config.Units.Usd;
import dev.headgate.metering.Price;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A price at one service tier. It stands for itself: nothing of the normal price holds beside it. */
record TierWords(
        @Word(value = "USD for a million tokens of input.", otherwise = "unknown") @Nullable
        Usd input,

        @Word(value = "USD for a million tokens of output.", otherwise = "unknown") @Nullable
        Usd output,

        @Word(value = "USD for a million tokens of input from the prompt cache.", otherwise = "`input`") @Nullable
        Usd cachedInput,

        @Word(value = "USD for a million tokens of input that were put into the prompt cache.", otherwise = "`input`")
        @Nullable
        Usd cacheWrite,

        @Word(value = "USD for a million tokens of thinking.", otherwise = "`output`") @Nullable
        Usd reasoning,

        @Word(value = "USD for a million tokens of sound in the input.", otherwise = "unknown") @Nullable
        Usd audioInput,

        @Word(value = "USD for a million tokens of sound in the output.", otherwise = "unknown") @Nullable
        Usd audioOutput,

        @Word(value = "USD for a million tokens of pictures in the input.", otherwise = "`input`") @Nullable
        Usd image,

        @Word(value = "USD for each request.", otherwise = "`0` for tokens, else unknown") @Nullable
        Usd perRequest) {

    boolean isEmpty() {
        return Stream.of(input, output, cachedInput, cacheWrite, reasoning, audioInput, audioOutput, image, perRequest)
                .allMatch(Objects::isNull);
    }

    Price price() {
        return new Price(
                PriceWords.nanos(input),
                PriceWords.nanos(output),
                PriceWords.nanos(cachedInput),
                PriceWords.nanos(cacheWrite),
                PriceWords.nanos(reasoning),
                PriceWords.nanos(audioInput),
                PriceWords.nanos(audioOutput),
                PriceWords.nanos(image),
                PriceWords.nanos(perRequest));
    }
}
