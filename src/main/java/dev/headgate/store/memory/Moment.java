// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.memory;

import dev.headgate.quota.LimitKind;
import dev.headgate.quota.TenantCalendar;
import dev.headgate.quota.Window;

/** A point in time, in microseconds since 1970, and the calendar that says in which day, week and month it lies. */
record Moment(long micros, TenantCalendar calendar) {
    Window window(LimitKind kind) {
        return calendar.of(kind).at(micros);
    }
}
