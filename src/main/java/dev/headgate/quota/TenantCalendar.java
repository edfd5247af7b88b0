// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/** A tenant's days, weeks and months around one day. Make it once a day and zone: it is immutable. */
public record TenantCalendar(Windows days, Windows weeks, Windows months) {
    public static TenantCalendar at(Instant now, ZoneId zone) {
        LocalDate today = LocalDate.ofInstant(now, zone);
        return new TenantCalendar(Windows.days(today, zone), Windows.weeks(today, zone), Windows.months(today, zone));
    }

    /** Whether a new one is due. */
    public boolean isOver(Instant now) {
        return !now.isBefore(days.current().end());
    }

    /** The windows of a calendar kind. */
    public Windows of(LimitKind kind) {
        return switch (kind.span()) {
            case DAY -> days;
            case WEEK -> weeks;
            case MONTH -> months;
            default -> throw new IllegalArgumentException(kind.word() + " has no window");
        };
    }
}
