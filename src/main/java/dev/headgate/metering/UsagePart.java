// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import java.util.List;

/**
 * What a call took of one model.
 *
 * @param model its name in the configuration, or the client's under a pattern; empty if it is not known, or if there was none
 */
public record UsagePart(String model, UsageSum sum) {
    /** What all of them took. */
    public static UsageSum sum(List<UsagePart> parts) {
        UsageSum all = UsageSum.NONE;
        for (UsagePart part : parts) {
            all = all.plus(part.sum);
        }
        return all;
    }
}
