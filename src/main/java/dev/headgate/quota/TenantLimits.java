// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Every limit that the configuration puts on one tenant, compiled and immutable.
 *
 * @param zone where calendar windows begin
 * @param own on the tenant as a whole
 * @param keys on single keys, by the key's name
 * @param perUser on each value of the request's {@code user}
 * @param perAddress on each client address
 * @param perRoute on the tenant's calls of a route, by the route's name
 * @param maxWait how long a call may wait for room instead of being refused; zero if it may not
 * @param whenPriceUnknown what becomes of calls that a limit on money could not count
 */
public record TenantLimits(
        String tenant,
        ZoneId zone,
        List<LimitRule> own,
        Map<String, List<LimitRule>> keys,
        List<LimitRule> perUser,
        List<LimitRule> perAddress,
        Map<String, List<LimitRule>> perRoute,
        Duration maxWait,
        WhenPriceUnknown whenPriceUnknown) {
    public TenantLimits {
        own = List.copyOf(own);
        keys = Map.copyOf(keys);
        perUser = List.copyOf(perUser);
        perAddress = List.copyOf(perAddress);
        perRoute = Map.copyOf(perRoute);
    }

    /** Whose calls do not wait, and pass if their price is not known. */
    public TenantLimits(
            String tenant,
            ZoneId zone,
            List<LimitRule> own,
            Map<String, List<LimitRule>> keys,
            List<LimitRule> perUser,
            List<LimitRule> perAddress,
            Map<String, List<LimitRule>> perRoute) {
        this(tenant, zone, own, keys, perUser, perAddress, perRoute, Duration.ZERO, WhenPriceUnknown.ALLOW);
    }

    /** Whether anything is counted by the day, week or month. */
    public boolean hasCalendarLimits() {
        return rules().anyMatch(rule -> rule.kind().isCalendar());
    }

    /** Whether a limit on money can refuse a call. */
    public boolean hasBudget() {
        return rules().anyMatch(rule -> rule.kind().measure() == Measure.MONEY && !rule.observe());
    }

    private Stream<LimitRule> rules() {
        return Stream.of(Stream.of(own, perUser, perAddress), keys.values().stream(), perRoute.values().stream())
                .flatMap(rules -> rules)
                .flatMap(List::stream);
    }

    /** The days, weeks and months of the tenant, its keys and its routes, but not of users and addresses, who are not known. */
    public List<Limit> calendarLimits() {
        List<Limit> limits = new ArrayList<>();
        addCalendar(limits, Scope.tenant(), own);
        keys.forEach((key, rules) -> addCalendar(limits, Scope.key(key), rules));
        perRoute.forEach((route, rules) -> addCalendar(limits, Scope.route(route), rules));
        return limits;
    }

    private static void addCalendar(List<Limit> limits, Scope scope, List<LimitRule> rules) {
        rules.stream().filter(rule -> rule.kind().isCalendar()).forEach(rule -> limits.add(new Limit(scope, rule)));
    }

    /** The enforced limits in dollars on the tenant as a whole. */
    public List<LimitRule> budgets() {
        return own.stream()
                .filter(rule -> rule.kind().measure() == Measure.MONEY && !rule.observe())
                .toList();
    }

    /** Whether there is nothing to count. */
    public boolean isEmpty() {
        return own.isEmpty() && keys.isEmpty() && perUser.isEmpty() && perAddress.isEmpty() && perRoute.isEmpty();
    }
}
