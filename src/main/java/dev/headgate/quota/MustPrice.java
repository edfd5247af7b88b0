// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.util.List;

/** What of a call must have a price before it may run. */
public enum MustPrice {
    /** Nothing, and nobody counts its money. */
    UNCOUNTED,
    /** Nothing: its money is only observed. */
    NOTHING,
    /** What it asks for at extra cost: a service tier, tools that the backend runs. */
    EXTRAS,
    /** The model too. */
    EVERYTHING;

    /** Whether a call is refused that lacks it. */
    public boolean isEnforced() {
        return this == EXTRAS || this == EVERYTHING;
    }

    static MustPrice of(TenantLimits tenant, List<Limit> applying) {
        List<Limit> money = applying.stream()
                .filter(limit -> limit.kind().measure() == Measure.MONEY)
                .toList();
        if (money.isEmpty()) {
            return UNCOUNTED;
        }
        return money.stream().allMatch(limit -> limit.rule().observe())
                ? NOTHING
                : tenant.whenPriceUnknown().mustPrice();
    }
}
