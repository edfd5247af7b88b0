// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.util.Map;

/**
 * Who is calling: a key and its tenant.
 *
 * @param key the key's name within the tenant, never the key itself
 * @param mayUse the names that this caller may send as model
 * @param objects whether the tenant keeps objects (files, batches, stored responses) at the backends
 * @param unmeteredSpend whether the tenant may start work whose cost no call's usage shows (batches, fine-tuning)
 * @param priority whose calls go first when there are too many
 * @param anonymous true when the gateway runs without keys
 */
public record Principal(
        String tenant,
        String key,
        Map<String, String> labels,
        AllowList mayUse,
        boolean objects,
        boolean unmeteredSpend,
        boolean anonymous,
        Priority priority,
        int weight) {

    /** The one caller there is when the gateway runs with {@code auth: none}. */
    public static final Principal ANONYMOUS =
            new Principal("local", "anonymous", Map.of(), AllowList.ALL, false, false, true, Priority.DEFAULT, 1);
}
