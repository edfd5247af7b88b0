// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

/** What becomes of a call under a limit on money whose model has no price. */
public enum WhenPriceUnknown {
    /** It passes, counts nothing, and says so. */
    ALLOW,
    /** It is refused. */
    REFUSE;

    MustPrice mustPrice() {
        return this == REFUSE ? MustPrice.EVERYTHING : MustPrice.EXTRAS;
    }
}
