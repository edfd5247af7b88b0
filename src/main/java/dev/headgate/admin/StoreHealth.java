// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the places are where limits are counted and usage is noted.
 *
 * @param shared the store of all replicas, or null if this process counts alone
 * @param journalFault why no usage can be noted now, or null
 * @param journalNeeded whether calls are refused for that, because tenants have budgets
 */
public record StoreHealth(@Nullable Shared shared, @Nullable String journalFault, boolean journalNeeded) {
    /**
     * A store that replicas share.
     *
     * @param kind such as {@code redis}
     * @param exact whether it decides, and not this process by itself
     * @param since when that began
     * @param reason why it does not decide or did not answer; null if it does and did
     * @param answers whether it answered when it was last asked for the replicas
     * @param replicas how many processes share it
     * @param pendingSettlements what it has to be told yet
     * @param warnings what an operator has to mend there
     */
    public record Shared(
            String kind,
            boolean exact,
            Instant since,
            @Nullable String reason,
            boolean answers,
            int replicas,
            int pendingSettlements,
            List<String> warnings) {}

    /** Whether calls can be served. Not that the shared store answers: each limit says what holds without it. */
    boolean isReady() {
        return journalFault == null || !journalNeeded;
    }
}
