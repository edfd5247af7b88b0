// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

/** A target was not tried, because something of ours keeps calls from it. Never leaves this package; has no stack trace. */
final class NotAdmitted extends RuntimeException {
    private final Why why;

    NotAdmitted(Why why) {
        super(why.label(), null, false, false);
        this.why = why;
    }

    Why why() {
        return why;
    }

    /** Why a target is passed over; a closed set, fit for metric labels. */
    enum Why {
        OFF,
        UNHEALTHY,
        BREAKER_OPEN,
        COOLING_DOWN,
        CREDENTIALS_REFUSED,
        BULKHEAD_FULL,
        RETRY_BUDGET,
        CONTEXT_TOO_LONG,
        NO_PRICE;

        String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
