// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class PriceTest {
    /** USD 2.50 for a million tokens of input, 10 of output. */
    private static final Price TEXT = Price.of(2_500_000_000L, 10_000_000_000L);

    /** A price of its own for each part; every part differs, so that no two can be mistaken for one another. */
    private static final Price ALL = new Price(
            1_000_000L, 2_000_000L, 3_000_000L, 4_000_000L, 5_000_000L, 6_000_000L, 7_000_000L, 8_000_000L, 9L);

    @Test
    void multiplies_tokens_with_their_price() {
        assertThat(TEXT.cost(new Usage(1_000, 100, 0, 0))).hasValue(3_500_000);
    }

    @Test
    void prices_each_part_once() {
        Usage usage = new Usage(1 + 10 + 100 + 1_000 + 10_000, 3 + 30 + 300, 10, 30, 100, 1_000, 300, 10_000);

        assertThat(ALL.cost(usage))
                .hasValue(1 + 10 * 3 + 100 * 4 + 1_000 * 6 + 10_000 * 8 + 3 * 2 + 30 * 5 + 300 * 7 + 9);
    }

    @Test
    void prices_a_part_like_the_whole_if_it_has_no_price_of_its_own() {
        assertThat(TEXT.cost(new Usage(1_000, 100, 400, 90, 100, 0, 0, 200))).hasValue(3_500_000);
    }

    @Test
    void never_prices_a_part_beyond_its_whole() {
        Price cheapWhole = new Price(0L, 0L, 1_000_000L, 0L, 1_000_000L, 0L, 0L, 0L, null);

        assertThat(cheapWhole.cost(new Usage(5, 7, 1_000, 1_000))).hasValue(12);
    }

    @Test
    void does_not_know_what_sound_costs_unless_it_is_said() {
        assertThat(TEXT.cost(new Usage(10, 0, 0, 0, 0, 1, 0, 0))).isEmpty();
        assertThat(TEXT.cost(new Usage(0, 10, 0, 0, 0, 0, 1, 0))).isEmpty();
        assertThat(TEXT.cost(new Usage(10, 10, 0, 0))).isPresent();
    }

    @Test
    void knows_nothing_of_output_if_only_input_has_a_price() {
        Price embedding = new Price(20_000_000L, null, null, null, null, null, null, null, null);

        assertThat(embedding.cost(new Usage(50, 0, 0, 0))).hasValue(1_000);
        assertThat(embedding.cost(new Usage(50, 1, 0, 0))).isEmpty();
    }

    @Test
    void takes_an_explicit_zero_for_free() {
        assertThat(Price.of(0, 0).cost(new Usage(1_000_000, 1_000_000, 0, 0))).isEqualTo(OptionalLong.of(0));
    }

    @Test
    void rounds_up_once_for_a_call() {
        Price third = Price.of(333_333, 333_333);

        assertThat(third.cost(new Usage(1, 1, 0, 0))).hasValue(1);
        assertThat(third.cost(new Usage(2, 1, 0, 0))).hasValue(1);
        assertThat(third.cost(new Usage(3, 1, 0, 0))).hasValue(2);
        assertThat(third.cost(new Usage(0, 0, 0, 0))).hasValue(0);
    }

    @Test
    void stays_at_the_greatest_number_instead_of_turning_negative() {
        Price absurd = Price.of(Long.MAX_VALUE, Long.MAX_VALUE);

        assertThat(absurd.cost(new Usage(Long.MAX_VALUE, 1, 0, 0))).hasValue(Long.MAX_VALUE);
    }

    @Property
    void agrees_with_decimal_arithmetic(
            @ForAll @LongRange(min = 0, max = 10_000_000_000L) long input,
            @ForAll @LongRange(min = 0, max = 10_000_000_000L) long output,
            @ForAll @LongRange(min = 0, max = 1_000_000_000_000L) long inputPrice,
            @ForAll @LongRange(min = 0, max = 1_000_000_000_000L) long outputPrice) {
        BigDecimal exact = new BigDecimal(input)
                .multiply(new BigDecimal(inputPrice))
                .add(new BigDecimal(output).multiply(new BigDecimal(outputPrice)))
                .movePointLeft(6)
                .setScale(0, RoundingMode.CEILING);

        assertThat(Price.of(inputPrice, outputPrice).cost(new Usage(input, output, 0, 0)))
                .hasValue(exact.min(new BigDecimal(Long.MAX_VALUE)).longValueExact());
    }
}
