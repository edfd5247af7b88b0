// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Endpoint;
import dev.headgate.call.Target;
import dev.headgate.call.Usage;
import dev.headgate.metering.PriceTable.Entry;
import dev.headgate.testkit.Sample;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PriceTableTest {
    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
    private static final PriceTable TABLE = new PriceTable(
            List.of(
                    entry("gpt-*", null, 1),
                    entry("gpt-4o*", null, 2),
                    entry("gpt-4o-mini*", null, 3),
                    entry("gpt-4o-mini", null, 4),
                    entry("dated", "2026-01-01", 5),
                    entry("dated", "2026-06-16", 6),
                    entry("dated", "2025-01-01", 7),
                    entry("soon", "2026-07-01", 8),
                    entry("so*", "2026-06-15", 9)),
            Map.of("mine", Price.of(10, 10)));

    @Test
    void takes_the_exact_name_then_the_longest_beginning() {
        assertThat(price("gpt-4o-mini")).isEqualTo(4);
        assertThat(price("gpt-4o-mini-2024-07-18")).isEqualTo(3);
        assertThat(price("gpt-4o-2024-11-20")).isEqualTo(2);
        assertThat(price("gpt-5")).isEqualTo(1);
        assertThat(price("o3")).isNull();
        assertThat(PriceTable.EMPTY.price("gpt-4o", NOW)).isNull();
    }

    @Test
    void takes_the_newest_that_has_begun_at_midnight_utc() {
        assertThat(price("dated")).isEqualTo(5);
        assertThat(price("dated", "2026-06-15T23:59:59.999Z")).isEqualTo(5);
        assertThat(price("dated", "2026-06-16T00:00:00Z")).isEqualTo(6);
        assertThat(price("dated", "2025-12-31T23:00:00Z")).isEqualTo(7);
        assertThat(price("dated", "2024-12-31T23:00:00Z")).isNull();
    }

    @Test
    void falls_back_to_a_pattern_until_the_exact_price_begins() {
        assertThat(price("soon")).isEqualTo(9);
        assertThat(price("soon", "2026-07-01T00:00:00Z")).isEqualTo(8);
    }

    @Test
    void lets_a_declared_models_own_price_win() {
        assertThat(TABLE.price(target("mine", "gpt-5"), NOW)).isEqualTo(Price.of(10, 10));
        assertThat(TABLE.price(target("other", "gpt-5"), NOW)).isEqualTo(Price.of(1, 1));
    }

    @Test
    void looks_a_pattern_routes_name_up_as_the_vendors_id() {
        assertThat(TABLE.price(target("gpt-4o", null), NOW)).isEqualTo(Price.of(2, 2));
        assertThat(TABLE.price(target("mine", null), NOW)).isNull();
    }

    @Test
    void shows_an_unknown_price_as_unknown() {
        Usage usage = new Usage(1_000_000, 0, 0, 0);

        assertThat(TABLE.cost(target("other", "gpt-5"), usage, Extras.none(Endpoint.CHAT), NOW))
                .hasValue(1);
        assertThat(TABLE.cost(target("other", "llama"), usage, Extras.none(Endpoint.CHAT), NOW))
                .isEmpty();
    }

    private static Entry entry(String model, @Nullable String from, long price) {
        return new Entry(model, from == null ? LocalDate.MIN : LocalDate.parse(from), Price.of(price, price));
    }

    private static @Nullable Long price(String id) {
        return price(id, NOW.toString());
    }

    private static @Nullable Long price(String id, String at) {
        Price found = TABLE.price(id, Instant.parse(at));
        return found == null ? null : found.input();
    }

    private static Target target(String model, @Nullable String id) {
        return new Target(model, Sample.backend("left"), id, Map.of(), Map.of(), true);
    }
}
