// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.TenantLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The limits that tenants, keys, users, addresses and routes have, by name or spelled out, to {@link TenantLimits}. */
final class LimitCompiler {
    private final Declared<LimitWords> sets;
    private final Declared<RoutesFile.Route> routes;
    private final Problems problems;

    /** @param sets those that can be named */
    LimitCompiler(Declared<LimitWords> sets, Declared<RoutesFile.Route> routes, Problems problems) {
        this.sets = sets;
        this.routes = routes;
        this.problems = problems;
    }

    /** Every tenant, in the order of the files. */
    Map<String, TenantLimits> compile(Declared<RoutesFile.Tenant> tenants) {
        Map<String, TenantLimits> compiled = new LinkedHashMap<>();
        for (Table.Row<RoutesFile.Tenant> row : tenants.rows()) {
            if (row.value() != null) {
                TenantLimits limits = tenant(row.name(), row.value());
                checkWait("tenant \"" + row.name() + "\"", row.value(), limits);
                compiled.put(row.name(), limits);
            }
        }
        return Collections.unmodifiableMap(compiled);
    }

    private TenantLimits tenant(String name, RoutesFile.Tenant words) {
        String tenant = "tenant \"" + name + "\"";
        checkUsers(tenant, words);
        return new TenantLimits(
                name,
                words.timeZone(),
                rules(tenant, words.limits()),
                keys(tenant, words.keys()),
                rules("perUser of " + tenant, listed(words.perUser())),
                rules("perAddress of " + tenant, listed(words.perAddress())),
                routes(tenant, words.perRoute()),
                words.whenLimited() == null
                        ? Duration.ZERO
                        : words.whenLimited().value().longest(),
                words.whenPriceUnknown());
    }

    private void checkWait(String tenant, RoutesFile.Tenant words, TenantLimits limits) {
        if (words.whenLimited() != null && limits.isEmpty()) {
            problems.warning(
                    ProblemCode.NO_LIMITS,
                    words.whenLimited().at(),
                    tenant + " has no limits, so that its calls never wait for one",
                    null,
                    "leave whenLimited out, or give the tenant limits");
        }
    }

    /** Clients write {@code user} as they like, so that a limit of it alone bounds nothing. */
    private void checkUsers(String tenant, RoutesFile.Tenant words) {
        if (words.perUser() != null && words.limits().isEmpty()) {
            problems.warning(
                    ProblemCode.ONLY_USERS,
                    words.perUser().at(),
                    tenant
                            + " limits each user but not itself: a caller that sends another user each time is not limited",
                    null,
                    "give the tenant limits: of its own");
        }
    }

    private Map<String, List<LimitRule>> keys(String tenant, Table<RoutesFile.Tenant.Key> keys) {
        Map<String, List<LimitRule>> compiled = new LinkedHashMap<>();
        for (Table.Row<RoutesFile.Tenant.Key> row : keys.rows()) {
            if (row.value() != null && !row.value().limits().isEmpty()) {
                compiled.put(
                        row.name(),
                        rules(
                                "key \"" + row.name() + "\" of " + tenant,
                                row.value().limits()));
            }
        }
        return compiled;
    }

    private Map<String, List<LimitRule>> routes(String tenant, Table<At<Either<String, LimitWords>>> perRoute) {
        Map<String, List<LimitRule>> compiled = new LinkedHashMap<>();
        for (Table.Row<At<Either<String, LimitWords>>> row : perRoute.rows()) {
            String place = "perRoute of " + tenant;
            routes.find(new At<>(row.name(), row.at()), ProblemCode.LIMITED_ROUTE, place);
            if (row.value() != null) {
                compiled.put(row.name(), rules(place, listed(row.value())));
            }
        }
        return compiled;
    }

    private static List<At<Either<String, LimitWords>>> listed(@Nullable At<Either<String, LimitWords>> one) {
        return one == null ? List.of() : List.of(one);
    }

    /** All that hold at one place; a kind that stands there twice is a problem. */
    private List<LimitRule> rules(String place, List<At<Either<String, LimitWords>>> written) {
        Map<LimitKind, At<LimitRule>> rules = new EnumMap<>(LimitKind.class);
        for (At<Either<String, LimitWords>> item : written) {
            for (At<LimitRule> rule :
                    item.value().fold(name -> named(place, new At<>(name, item.at())), LimitWords::rules)) {
                At<LimitRule> first = rules.putIfAbsent(rule.value().kind(), rule);
                if (first != null) {
                    twice(place, rule, first);
                }
            }
        }
        return rules.values().stream().map(At::value).toList();
    }

    /** The rules of a reusable set, as if they stood where its name does. */
    private List<At<LimitRule>> named(String place, At<String> name) {
        Table.Row<LimitWords> set = sets.find(name, ProblemCode.UNKNOWN_LIMITS, place);
        List<At<LimitRule>> rules = new ArrayList<>();
        if (set != null && set.value() != null) {
            set.value().rules().forEach(rule -> rules.add(new At<>(rule.value(), name.at())));
        }
        return rules;
    }

    private void twice(String place, At<LimitRule> rule, At<LimitRule> first) {
        problems.error(
                ProblemCode.SAME_KIND,
                rule.at(),
                place + " has " + rule.value().kind().word() + " twice",
                "first at " + first.at().seenFrom(rule.at()) + ", column "
                        + first.at().column(),
                "leave one out; only the smaller one would ever count");
    }
}
