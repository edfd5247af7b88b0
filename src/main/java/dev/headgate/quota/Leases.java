// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.call.Timing;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Renews, all at once, the leases of the calls that run on one event loop. Confined to that loop; the calls' own ticks drive it. */
final class Leases {
    /** How long a call of a process that has died counts as running. */
    static final Duration LEASE = Duration.ofSeconds(60);

    private static final long RENEW_NANOS = LEASE.dividedBy(3).toNanos();

    private final QuotaStore store;
    private final Map<String, Set<String>> running = new HashMap<>();
    private long renewedNanos;

    Leases(QuotaStore store) {
        this.store = store;
    }

    /** Keeps a call's lease until the returned handle runs. */
    Runnable keep(Reservation call, Timing timing) {
        running.computeIfAbsent(call.tenant(), name -> new HashSet<>()).add(call.id());
        Runnable unwatch = timing.watch(this::tick);
        return () -> {
            unwatch.run();
            running.computeIfPresent(call.tenant(), (name, ids) -> {
                ids.remove(call.id());
                return ids.isEmpty() ? null : ids;
            });
        };
    }

    private void tick(long nowNanos) {
        if (renewedNanos == 0) {
            renewedNanos = nowNanos;
        } else if (nowNanos - renewedNanos >= RENEW_NANOS) {
            renewedNanos = nowNanos;
            running.forEach((tenant, ids) -> store.renew(tenant, List.copyOf(ids), LEASE));
        }
    }
}
