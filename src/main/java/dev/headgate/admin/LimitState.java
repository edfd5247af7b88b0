// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import dev.headgate.config.Facts;
import dev.headgate.config.Notation;
import dev.headgate.quota.Limit;
import dev.headgate.quota.Measure;
import dev.headgate.quota.Standing;
import dev.headgate.quota.TenantCalendar;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a limit stands, as JSON shows it. Amounts of money are texts in US dollars. Pure. */
final class LimitState {
    private LimitState() {}

    /** @param standings of this limit and perhaps of others; without its own, nothing is counted now and no state is shown */
    static Map<String, Object> of(String tenant, Limit limit, List<Standing> standings, TenantCalendar calendar) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("id", limit.id(tenant));
        out.putAll(Facts.of(limit.rule()));
        Standing standing = own(limit, standings);
        if (standing != null) {
            out.putAll(of(standing));
        }
        if (limit.kind().isCalendar()) {
            out.put("window", calendar.of(limit.kind()).current().label());
        }
        return out;
    }

    /** Only what changes. */
    static Map<String, Object> of(Standing standing) {
        Map<String, Object> out = new LinkedHashMap<>();
        Measure measure = standing.limit().kind().measure();
        out.put("used", amount(measure, standing.used()));
        out.put("remaining", amount(measure, standing.remaining()));
        out.put("usedRatio", Math.round(standing.usedRatio() * 10_000) / 10_000.0);
        out.put("resetMs", Math.ceilDiv(standing.resetMicros(), 1_000L));
        return out;
    }

    /** The counted limit may be a share of the configured one, but it is on the same. */
    private static @Nullable Standing own(Limit limit, List<Standing> standings) {
        for (Standing standing : standings) {
            if (standing.limit().path().equals(limit.path())) {
                return standing;
            }
        }
        return null;
    }

    static Object amount(Measure measure, long amount) {
        return measure == Measure.MONEY ? Notation.dollars(amount) : (Object) amount;
    }
}
