// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;

/** Today's calendar of every time zone that is asked for. Confined to one event loop. */
final class Calendars {
    private final InstantSource clock;
    private final Map<ZoneId, TenantCalendar> made = new HashMap<>();

    Calendars(InstantSource clock) {
        this.clock = clock;
    }

    TenantCalendar in(ZoneId zone) {
        Instant now = clock.instant();
        TenantCalendar known = made.get(zone);
        if (known == null || known.isOver(now)) {
            known = TenantCalendar.at(now, zone);
            made.put(zone, known);
        }
        return known;
    }
}
