// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.call.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's limits by the ids that clients and operators see ({@link Limit#id}). Limits on each user and each address have the scope
 * name {@code *} here, because their ids do not name one. Pure.
 */
public final class LimitIds {
    private static final String EACH = "*";
    private static final int SHOWN = 3;

    private LimitIds() {}

    /** The tenant's own first, then those of keys and routes by name, then those on each user and each address. */
    public static List<Limit> all(TenantLimits limits) {
        List<Limit> all = new ArrayList<>();
        add(all, Scope.tenant(), limits.own());
        new TreeMap<>(limits.keys()).forEach((key, rules) -> add(all, Scope.key(key), rules));
        new TreeMap<>(limits.perRoute()).forEach((route, rules) -> add(all, Scope.route(route), rules));
        add(all, new Scope(Scope.Type.USER, EACH), limits.perUser());
        add(all, new Scope(Scope.Type.ADDRESS, EACH), limits.perAddress());
        return all;
    }

    /** The limit with this id, or null if the tenant has none. */
    public static @Nullable Limit find(TenantLimits limits, String id) {
        for (Limit limit : all(limits)) {
            if (limit.id(limits.tenant()).equals(id)) {
                return limit;
            }
        }
        return null;
    }

    /** At most three ids that may have been meant, the nearest first. */
    public static List<String> nearest(TenantLimits limits, String id) {
        return Nearest.of(
                id, all(limits).stream().map(limit -> limit.id(limits.tenant())).toList(), SHOWN);
    }

    private static void add(List<Limit> all, Scope scope, List<LimitRule> rules) {
        rules.forEach(rule -> all.add(new Limit(scope, rule)));
    }
}
