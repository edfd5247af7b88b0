// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
    @Property
    void a_duration_is_its_number_times_its_unit(
            @ForAll @IntRange(max = 999_999_999) int amount, @ForAll("durationUnits") Map.Entry<String, Duration> unit)
            throws Mismatch {
        assertThat(Units.duration(amount + unit.getKey()))
                .isEqualTo(unit.getValue().multipliedBy(amount));
    }

    @Provide
    Arbitrary<Map.Entry<String, Duration>> durationUnits() {
        return Arbitraries.of(Map.of(
                        "ms", Duration.ofMillis(1),
                        "s", Duration.ofSeconds(1),
                        "m", Duration.ofMinutes(1),
                        "h", Duration.ofHours(1),
                        "d", Duration.ofDays(1))
                .entrySet());
    }

    @Property
    void a_size_is_its_number_times_a_power_of_1024(@ForAll @IntRange(max = 999_999_999) int amount) throws Mismatch {
        assertThat(Units.size(amount + "B").bytes()).isEqualTo(amount);
        assertThat(Units.size(amount + "KB").bytes()).isEqualTo(amount * 1024L);
        assertThat(Units.size(amount + "MB").bytes()).isEqualTo(amount * 1024L * 1024);
        assertThat(Units.size(amount + "GB").bytes()).isEqualTo(amount * 1024L * 1024 * 1024);
    }

    @Property
    void no_text_makes_a_parser_fail_otherwise_than_with_a_mismatch(@ForAll String text) {
        for (Parser parser :
                new Parser[] {Units::duration, Units::durations, Units::size, Units::count, Units::percent}) {
            try {
                assertThat(parser.parse(text)).isNotNull();
            } catch (Mismatch expected) {
                assertThat(expected.expected).startsWith("a ");
            }
        }
    }

    private interface Parser {
        Object parse(String text) throws Mismatch;
    }

    @Test
    void a_count_may_have_a_fraction_if_the_whole_is_whole() throws Mismatch {
        assertThat(Units.count("600").value()).isEqualTo(600);
        assertThat(Units.count("200k").value()).isEqualTo(200_000);
        assertThat(Units.count("1.5M").value()).isEqualTo(1_500_000);
        assertThatThrownBy(() -> Units.count("1.5")).isInstanceOf(Mismatch.class);
        assertThatThrownBy(() -> Units.count("0.0001k")).isInstanceOf(Mismatch.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-5s", "5 s", "5S", "1h30m", "1.5h", "5sec", "1000000000s", "٣s"})
    void refuses_other_durations(String text) {
        assertThatThrownBy(() -> Units.duration(text)).isInstanceOf(Mismatch.class);
    }

    @Test
    void says_which_unit_a_number_alone_lacks() {
        assertThatThrownBy(() -> Units.duration("5")).hasFieldOrPropertyWithValue("hint", "did you mean 5s?");
        assertThatThrownBy(() -> Units.percent("80")).hasFieldOrPropertyWithValue("hint", "did you mean 80%?");
        assertThatThrownBy(() -> Units.duration("1h30m")).hasFieldOrPropertyWithValue("hint", null);
    }

    @Test
    void a_range_of_durations_has_two_ends_that_may_be_one() throws Mismatch {
        assertThat(Units.durations("50ms..2s"))
                .isEqualTo(new Units.DurationRange(Duration.ofMillis(50), Duration.ofSeconds(2)));
        assertThat(Units.durations("1s"))
                .isEqualTo(new Units.DurationRange(Duration.ofSeconds(1), Duration.ofSeconds(1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "..", "1s..", "..1s", "1s...2s", "1s..2s..3s", "1s - 2s", "1s .. 2s", "2s..1s", "50..500ms"})
    void refuses_other_ranges(String text) {
        assertThatThrownBy(() -> Units.durations(text)).isInstanceOf(Mismatch.class);
    }

    @Property
    void what_is_printed_is_read_as_the_same_amount(@ForAll @IntRange(max = 999_999_999) int amount) throws Mismatch {
        assertThat(Units.count(Notation.count(amount)).value()).isEqualTo(amount);
        assertThat(Units.duration(Notation.duration(Duration.ofMillis(amount)))).isEqualTo(Duration.ofMillis(amount));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "5kb", "5K", "5 MB", "1.5MB", "-1B", "5MiB"})
    void refuses_other_sizes(String text) {
        assertThatThrownBy(() -> Units.size(text)).isInstanceOf(Mismatch.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "5 %", "0.5%", "-5%", "%"})
    void refuses_other_percentages(String text) {
        assertThatThrownBy(() -> Units.percent(text)).isInstanceOf(Mismatch.class);
    }
}
