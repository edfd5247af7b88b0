// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Settlements that the store has not taken yet, at most so many; a newer one of the same reservation replaces the older. */
final class PendingSettlements {
    private final int most;
    private final Map<Key, Amounts> pending = new LinkedHashMap<>();
    private long dropped;

    private record Key(String tenant, String id) {}

    /** One call's. */
    record Settlement(String tenant, String id, Amounts actual) {}

    PendingSettlements(int most) {
        this.most = most;
    }

    synchronized void add(String tenant, String id, Amounts actual) {
        Key key = new Key(tenant, id);
        if (pending.size() < most || pending.containsKey(key)) {
            pending.put(key, actual);
        } else {
            dropped++;
        }
    }

    /** Takes out the oldest. */
    synchronized List<Settlement> take(int count) {
        List<Settlement> taken = new ArrayList<>();
        Iterator<Map.Entry<Key, Amounts>> oldest = pending.entrySet().iterator();
        while (oldest.hasNext() && taken.size() < count) {
            Map.Entry<Key, Amounts> entry = oldest.next();
            taken.add(new Settlement(entry.getKey().tenant(), entry.getKey().id(), entry.getValue()));
            oldest.remove();
        }
        return taken;
    }

    synchronized int size() {
        return pending.size();
    }

    /** How many were dropped since this was asked last. */
    synchronized long takeDropped() {
        long count = dropped;
        dropped = 0;
        return count;
    }
}
