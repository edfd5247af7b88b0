// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/**
 * A calendar day, week or month of a tenant.
 *
 * @param label its first day, such as {@code 2026-11-02}; the same whatever the zone, so that a changed zone keeps what was counted
 */
public record Window(String label, long startMicros, long endMicros) {
    static Window of(LocalDate first, LocalDate next, ZoneId zone) {
        return new Window(first.toString(), micros(first, zone), micros(next, zone));
    }

    public Instant end() {
        return Instant.ofEpochSecond(endMicros / 1_000_000, endMicros % 1_000_000 * 1_000);
    }

    private static long micros(LocalDate day, ZoneId zone) {
        return day.atStartOfDay(zone).toEpochSecond() * 1_000_000;
    }
}
