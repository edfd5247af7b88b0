// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Scope;
import dev.headgate.quota.Standing;
import dev.headgate.quota.TenantCalendar;
import dev.headgate.quota.Window;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which thresholds a standing reaches for the first time in its window. */
class ToldTest {
    private static final Window TODAY = day("2026-11-21");
    private static final Window TOMORROW = day("2026-11-22");

    @Property
    void every_threshold_that_was_reached_is_told_once_however_far_the_ratio_jumps(
            @ForAll Set<@IntRange(min = 1, max = 100) Integer> thresholds,
            @ForAll @Size(max = 20) List<@LongRange(min = -100, max = 1_500) Long> used,
            @ForAll @LongRange(min = 1, max = 1_000) long amount) {
        List<Integer> percents = thresholds.stream().sorted().limit(10).toList();
        List<Integer> told = new ArrayList<>();
        Told state = null;
        for (long units : used) {
            state = step(state, TODAY, percents, units, amount, told);
        }

        long most = used.stream().mapToLong(Long::longValue).max().orElse(Long.MIN_VALUE / 100);
        assertThat(told)
                .containsExactlyElementsOf(percents.stream()
                        .filter(percent -> most * 100 >= percent * amount)
                        .toList());
    }

    @Test
    void a_new_window_begins_anew_and_what_is_heard_late_of_the_old_one_is_no_news() {
        List<Integer> told = new ArrayList<>();
        Told state = step(null, TODAY, List.of(50), 60, 100, told);
        state = step(state, TOMORROW, List.of(50), 10, 100, told);
        state = step(state, TOMORROW, List.of(50), 70, 100, told);
        step(state, TODAY, List.of(50), 90, 100, told);

        assertThat(told).containsExactly(50, 50);
    }

    @Test
    void other_thresholds_are_looked_at_from_the_start() {
        List<Integer> told = new ArrayList<>();
        Told state = step(null, TODAY, List.of(50, 100), 85, 100, told);
        step(state, TODAY, List.of(50, 80, 100), 85, 100, told);

        // Whoever remembers what was told knows the first of them already.
        assertThat(told).containsExactly(50, 50, 80);
    }

    @Test
    void the_greatest_numbers_that_a_store_keeps_do_not_overflow() {
        List<Integer> told = new ArrayList<>();
        step(null, TODAY, List.of(99, 100), LimitRule.MOST, LimitRule.MOST, told);

        assertThat(told).containsExactly(99, 100);
    }

    private static @Nullable Told step(
            @Nullable Told before, Window window, List<Integer> percents, long used, long amount, List<Integer> told) {
        Limit limit = new Limit(Scope.tenant(), LimitRule.of(LimitKind.USD_PER_DAY, amount));
        Told next = Told.after(before, window, percents, new Standing(limit, used, 1, 0, false));
        if (next == null) {
            return before;
        }
        told.addAll(next.since(before));
        return next;
    }

    private static Window day(String day) {
        return TenantCalendar.at(Instant.parse(day + "T12:00:00Z"), ZoneOffset.UTC)
                .days()
                .current();
    }
}
