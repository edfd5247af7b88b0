// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.AllowList;
import dev.headgate.metering.PriceTable;
import dev.headgate.quota.TenantLimits;
import dev.headgate.quota.WhenPriceUnknown;
import dev.headgate.routing.Route;
import dev.headgate.routing.RouteTable;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;

/** Warns of budgets that do not see all that they are to bound, once for each tenant. */
final class PriceAdvice {
    private static final int MOST_NAMED = 8;

    private final RouteTable routes;
    private final PriceTable prices;
    private final Instant now;
    private final Problems problems;

    PriceAdvice(RouteTable routes, PriceTable prices, Instant now, Problems problems) {
        this.routes = routes;
        this.prices = prices;
        this.now = now;
        this.problems = problems;
    }

    void check(Declared<RoutesFile.Tenant> tenants, Map<String, TenantLimits> limits) {
        for (Table.Row<RoutesFile.Tenant> row : tenants.rows()) {
            TenantLimits own = limits.get(row.name());
            if (row.value() != null && own != null && own.hasBudget()) {
                check(row, row.value(), own.whenPriceUnknown());
            }
        }
    }

    private void check(Table.Row<RoutesFile.Tenant> row, RoutesFile.Tenant words, WhenPriceUnknown unknown) {
        AllowList allowed = words.mayUse() == null
                ? AllowList.ALL
                : AllowList.of(words.mayUse().stream().map(At::value).toList());
        TreeSet<String> unpriced = new TreeSet<>();
        for (String name : routes.visible(allowed)) {
            Route route = routes.find(name);
            if (route != null) {
                route.everyTargetFor(name).stream()
                        .filter(target -> prices.price(target, now) == null)
                        .forEach(target -> unpriced.add(target.model()));
            }
        }
        if (!unpriced.isEmpty()) {
            problems.warning(
                    ProblemCode.UNPRICED,
                    row.at(),
                    "tenant \"%s\" has a budget in dollars and may use models without a price: %s"
                            .formatted(row.name(), named(unpriced)),
                    null,
                    unknown == WhenPriceUnknown.REFUSE
                            ? "calls go past them while they have no price, and get a 400 where there is no other model"
                            : "its budget does not count them; give them price:, or say whenPriceUnknown: refuse");
        }
    }

    private static String named(Collection<String> names) {
        String some = String.join(", ", names.stream().limit(MOST_NAMED).toList());
        return names.size() > MOST_NAMED ? some + " and " + (names.size() - MOST_NAMED) + " more" : some;
    }
}
