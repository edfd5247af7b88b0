// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** What one process allows by itself while the shared store does not answer; {@link WhenStoreDown} says how much. */
final class Share {
    private static final int ALLOWANCE_PERCENT = 2;

    private Share() {}

    /** The limits that this process enforces; those that then allow everything are left out. */
    static List<Limit> of(List<Limit> limits, int nodes, ToLongFunction<Limit> remaining) {
        List<Limit> shares = new ArrayList<>(limits.size());
        for (Limit limit : limits) {
            if (limit.rule().whenStoreDown() != WhenStoreDown.ALLOW) {
                shares.add(new Limit(limit.scope(), share(limit, nodes, remaining)));
            }
        }
        return shares;
    }

    private static LimitRule share(Limit limit, int nodes, ToLongFunction<Limit> remaining) {
        LimitRule rule = limit.rule();
        if (rule.whenStoreDown() == WhenStoreDown.DENY) {
            return sized(rule, 0, 0);
        }
        boolean allowance = rule.whenStoreDown() == WhenStoreDown.ALLOWANCE;
        if (!allowance && !rule.kind().isCalendar()) {
            return sized(rule, part(rule.amount(), nodes), part(rule.burst(), nodes));
        }
        long all = allowance ? percent(rule.amount()) : rule.amount();
        long amount = Math.max(0, Math.min(all, remaining.applyAsLong(limit))) / nodes;
        return sized(rule, amount, rule.kind().isRate() ? Math.min(amount, part(rule.burst(), nodes)) : amount);
    }

    /** At least one, lest small limits refuse everything; so more nodes than the limit has units may exceed it. */
    private static long part(long whole, int nodes) {
        return whole == 0 ? 0 : Math.max(1, whole / nodes);
    }

    private static long percent(long amount) {
        return amount / 100 * ALLOWANCE_PERCENT + amount % 100 * ALLOWANCE_PERCENT / 100;
    }

    private static LimitRule sized(LimitRule rule, long amount, long burst) {
        return new LimitRule(rule.kind(), amount, burst, rule.observe(), rule.whenStoreDown());
    }

    /**
     * The local store's decision in the words of the reservation: an exhausted allowance, and a call that the whole limit would have
     * taken, are refused because the store is down and not because of the tenant.
     */
    static Decision translate(Decision local, Reservation wish) {
        return switch (local) {
            case Decision.Granted granted -> new Decision.Granted(granted.standings(), Decision.Source.LOCAL);
            case Decision.Refused refused ->
                new Decision.Refused(refused.by(), reason(refused, wish), refused.standings(), Decision.Source.LOCAL);
        };
    }

    private static Decision.Reason reason(Decision.Refused refused, Reservation wish) {
        Limit by = refused.by().limit();
        if (by.rule().whenStoreDown() != WhenStoreDown.LOCAL || by.kind().isCalendar()) {
            return Decision.Reason.STORE_DOWN;
        }
        if (refused.reason() != Decision.Reason.TOO_LARGE) {
            return refused.reason();
        }
        long asked = wish.estimate().of(by.kind().measure());
        boolean wholeWouldDo = wish.limits().stream()
                .filter(limit -> limit.scope().equals(by.scope()) && limit.kind() == by.kind())
                .anyMatch(limit -> limit.rule().capacity() >= asked);
        return wholeWouldDo ? Decision.Reason.STORE_DOWN : Decision.Reason.TOO_LARGE;
    }
}
