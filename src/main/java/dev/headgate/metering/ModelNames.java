// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import dev.headgate.call.Target;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Under which name a model is summed. Under a pattern clients may invent names, so only the first thousand of a tenant's day are told
 * apart in a process, and none that is very long. Thread-safe.
 */
public final class ModelNames {
    /** All names beyond the bound. */
    public static final String OTHERS = "*";

    private static final int LONGEST = 200;

    private final int most;
    private final Map<String, Names> byTenant = new ConcurrentHashMap<>();

    private record Names(String day, Set<String> seen) {}

    public ModelNames() {
        this(1_000);
    }

    ModelNames(int most) {
        this.most = most;
    }

    public String of(UsageOrigin origin, Target target) {
        return target.declared() ? target.model() : invented(origin, target.model());
    }

    private String invented(UsageOrigin origin, String name) {
        if (name.length() > LONGEST) {
            return OTHERS;
        }
        Set<String> seen = seen(origin);
        if (seen.contains(name)) {
            return name;
        }
        synchronized (seen) {
            if (seen.size() < most) {
                seen.add(name);
            }
            return seen.contains(name) ? name : OTHERS;
        }
    }

    /** A call that began yesterday shares the names of today. */
    private Set<String> seen(UsageOrigin origin) {
        @Nullable Names names = byTenant.get(origin.tenant());
        if (names == null || names.day.compareTo(origin.day()) < 0) {
            names = byTenant.merge(
                    origin.tenant(),
                    new Names(origin.day(), ConcurrentHashMap.newKeySet()),
                    (old, fresh) -> old.day.compareTo(fresh.day) < 0 ? fresh : old);
        }
        return names.seen;
    }
}
