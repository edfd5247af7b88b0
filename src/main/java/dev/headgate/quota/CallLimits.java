// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.call.Call;
import dev.headgate.call.Endpoint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which of a tenant's limits a call falls under. Pure. */
final class CallLimits {
    private CallLimits() {}

    /**
     * All of them; a limit on each user applies only if the request names one. Of calls about objects that a backend keeps, tokens and
     * money are not known, so that only requests and running calls are counted.
     */
    static List<Limit> of(TenantLimits tenant, Call call) {
        List<Limit> limits = new ArrayList<>();
        add(limits, Scope.tenant(), tenant.own());
        List<LimitRule> ofKey = tenant.keys().get(call.principal().key());
        if (ofKey != null) {
            add(limits, Scope.key(call.principal().key()), ofKey);
        }
        String route = call.record().route;
        List<LimitRule> ofRoute = route == null ? null : tenant.perRoute().get(route);
        if (route != null && ofRoute != null) {
            add(limits, Scope.route(route), ofRoute);
        }
        String user = tenant.perUser().isEmpty() ? null : call.body().user();
        if (user != null) {
            add(limits, Scope.user(user), tenant.perUser());
        }
        if (!tenant.perAddress().isEmpty()) {
            add(limits, Scope.address(call.clientAddress()), tenant.perAddress());
        }
        if (call.endpoint().kind() == Endpoint.Kind.STATEFUL) {
            limits.removeIf(limit ->
                    limit.kind().measure() == Measure.TOKENS || limit.kind().measure() == Measure.MONEY);
        }
        return limits;
    }

    private static void add(List<Limit> limits, Scope scope, List<LimitRule> rules) {
        for (LimitRule rule : rules) {
            limits.add(new Limit(scope, rule));
        }
    }

    static boolean count(List<Limit> limits, Measure measure) {
        return limits.stream().anyMatch(limit -> limit.kind().measure() == measure);
    }

    /** Half of the smallest enforced limit on tokens, and of that on money. */
    static Amounts mostGuessed(List<Limit> limits) {
        return Amounts.call(half(limits, Measure.TOKENS), half(limits, Measure.MONEY));
    }

    private static long half(List<Limit> limits, Measure measure) {
        return limits.stream()
                .filter(limit ->
                        limit.kind().measure() == measure && !limit.rule().observe())
                .mapToLong(limit -> limit.rule().capacity() / 2)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** The limit as it is configured, of which a process may have judged only its share. */
    static Limit configured(List<Limit> limits, Limit judged) {
        @Nullable Limit found = null;
        for (Limit limit : limits) {
            if (limit.kind() == judged.kind()
                    && limit.scope().type() == judged.scope().type()) {
                found = limit;
            }
        }
        return found == null ? judged : found;
    }
}
