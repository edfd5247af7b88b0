// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import java.util.List;

/** What of a call has no price, so that no budget could count it. */
public sealed interface Gap {
    /** The model has none, or none for all that such a call uses. */
    record Model() implements Gap {}

    /** @param priced the tiers that have one */
    record Tier(String name, List<String> priced) implements Gap {}

    /**
     * A tool that the backend runs.
     *
     * @param member of the request that brings it
     * @param priced the tools that have a price for this model
     */
    record Tool(String name, String member, List<String> priced) implements Gap {}
}
