// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.List;

/**
 * One kind of window around now: the one before, the present one and the next. A store picks by its own clock, which may differ from
 * this process's.
 */
public record Windows(Window previous, Window current, Window next) {
    /** The window that holds a point in time, or the nearest one. */
    public Window at(long epochMicros) {
        if (epochMicros < current.startMicros()) {
            return previous;
        }
        return epochMicros < current.endMicros() ? current : next;
    }

    /** The one that ends nearest to a point in time, so that a difference between two clocks does no harm. */
    Window ending(long epochMicros) {
        Window nearest = current;
        for (Window window : List.of(previous, next)) {
            if (Math.abs(window.endMicros() - epochMicros) < Math.abs(nearest.endMicros() - epochMicros)) {
                nearest = window;
            }
        }
        return nearest;
    }

    static Windows days(LocalDate today, ZoneId zone) {
        return around(today.minusDays(1), today, today.plusDays(1), today.plusDays(2), zone);
    }

    /** Weeks begin on Monday (ISO 8601). */
    static Windows weeks(LocalDate today, ZoneId zone) {
        LocalDate monday = today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        return around(monday.minusWeeks(1), monday, monday.plusWeeks(1), monday.plusWeeks(2), zone);
    }

    static Windows months(LocalDate today, ZoneId zone) {
        LocalDate first = today.withDayOfMonth(1);
        return around(first.minusMonths(1), first, first.plusMonths(1), first.plusMonths(2), zone);
    }

    private static Windows around(LocalDate before, LocalDate from, LocalDate to, LocalDate after, ZoneId zone) {
        return new Windows(Window.of(before, from, zone), Window.of(from, to, zone), Window.of(to, after, zone));
    }
}
