// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.memory;

import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import java.util.EnumMap;
import java.util.Map;

/** All counters of one scope, with the rule that each was last judged by. */
final class Counters {
    private final Map<LimitKind, Entry> byKind = new EnumMap<>(LimitKind.class);

    private static final class Entry {
        private final Counter counter;
        private LimitRule rule;

        Entry(Counter counter, LimitRule rule) {
            this.counter = counter;
            this.rule = rule;
        }
    }

    Counter of(Limit limit) {
        Entry entry = byKind.get(limit.kind());
        if (entry == null) {
            entry = new Entry(Counter.of(limit), limit.rule());
            byKind.put(limit.kind(), entry);
        }
        entry.rule = limit.rule();
        return entry.counter;
    }

    boolean isIdle(long nowMicros) {
        return byKind.values().stream().allMatch(entry -> entry.counter.idleAt(entry.rule) <= nowMicros);
    }
}
