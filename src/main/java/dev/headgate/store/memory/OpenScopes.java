// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.memory;

import dev.headgate.quota.Scope;
import java.util.HashMap;
import java.util.Map;

/**
 * The counters of values that clients bring, such as users: at most so many live ones, and those beyond share one bucket. A value
 * whose counters say nothing any more gives its place away. Guarded by its tenant's lock.
 */
final class OpenScopes {
    private static final long BETWEEN_SWEEPS = 1_000_000;

    private final Map<Scope, Counters> live = new HashMap<>();
    private final int most;
    private int sweepAt;
    private long notBefore;

    OpenScopes(int most) {
        this.most = most;
        this.sweepAt = Math.min(most, 1_024);
    }

    /** The scope itself while there is room for it, else the one that is shared. */
    Scope admit(Scope scope, long nowMicros) {
        if (live.containsKey(scope)) {
            return scope;
        }
        if (live.size() >= sweepAt && nowMicros >= notBefore) {
            live.values().removeIf(counters -> counters.isIdle(nowMicros));
            sweepAt = Math.min(most, Math.max(1_024, 2 * live.size()));
            notBefore = nowMicros + BETWEEN_SWEEPS;
        }
        return live.size() < most ? scope : scope.shared();
    }

    Counters counters(Scope scope) {
        return live.computeIfAbsent(scope, s -> new Counters());
    }

    int size() {
        return live.size();
    }
}
