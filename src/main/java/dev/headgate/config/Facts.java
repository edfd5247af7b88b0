// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.alert.AlertRule;
import dev.headgate.call.Backend;
import dev.headgate.call.Guards;
import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.call.Guards.BulkheadRule;
import dev.headgate.call.Guards.HealthRule;
import dev.headgate.call.Target;
import dev.headgate.call.Timeouts;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Measure;
import dev.headgate.quota.TenantLimits;
import dev.headgate.routing.Choice;
import dev.headgate.routing.RetryRule;
import dev.headgate.routing.Route;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the compiled configuration says of failures and limits, as maps for JSON, the same for {@code explain} and the admin page. Durations are
 * milliseconds; what is not set is absent. Pure.
 */
public final class Facts {
    private Facts() {}

    public static Map<String, Object> of(Timeouts timeouts) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("connectMs", timeouts.connect().toMillis());
        out.put("firstByteMs", timeouts.firstByte().toMillis());
        out.put("firstTokenMs", timeouts.firstToken().toMillis());
        out.put("idleMs", timeouts.idle().toMillis());
        putMillis(out, "totalMs", timeouts.total());
        return out;
    }

    /** Breaker, bulkhead and health check. */
    public static Map<String, Object> of(Guards guards) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("breaker", breaker(guards.breaker()));
        BulkheadRule bulkhead = guards.bulkhead();
        if (bulkhead != null) {
            Object max = bulkhead.isAdaptive() ? Units.ADAPTIVE : (Object) bulkhead.maxConcurrent();
            out.put(
                    "bulkhead",
                    ordered(
                            "maxConcurrent",
                            max,
                            "maxWaitMs",
                            bulkhead.maxWait().toMillis()));
        }
        HealthRule health = guards.health();
        if (health != null) {
            out.put(
                    "health",
                    ordered("path", health.path(), "everyMs", health.every().toMillis()));
        }
        return out;
    }

    /** Deadline, retries, detours and the degraded answer. */
    public static Map<String, Object> of(Route.Policy policy) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("totalMs", policy.total().toMillis());
        out.put("earlyHeadMs", policy.earlyHead().toMillis());
        out.put("onDisconnect", Kind.Choice.word(policy.onDisconnect()));
        RetryRule retry = policy.retry();
        Map<String, Object> tries = ordered(
                "attempts", retry.attempts(), "backoffMinMs", retry.backoffMin().toMillis());
        tries.put("backoffMaxMs", retry.backoffMax().toMillis());
        out.put("retry", tries);
        putNames(out, "onContextTooLong", policy.onContextTooLong());
        putNames(out, "onContentFilter", policy.onContentFilter());
        if (policy.degraded() != null) {
            out.put("degraded", policy.degraded());
        }
        return out;
    }

    /**
     * A model with its timeouts and its price, or a pool with its members.
     *
     * @param price the facts of a target's price
     */
    public static Map<String, Object> of(Choice choice, Function<Target, Map<String, Object>> price) {
        return switch (choice) {
            case Choice.One one -> target(one.target(), price);
            case Choice.Pool pool -> {
                Map<String, Object> out = ordered("pool", pool.name(), "balance", balance(pool));
                out.put(
                        "members",
                        pool.members().stream()
                                .map(member -> member(member, price))
                                .toList());
                yield out;
            }
        };
    }

    /** Every limit of a tenant; places without any are absent. */
    public static Map<String, Object> of(TenantLimits limits) {
        Map<String, Object> out =
                ordered("tenant", limits.tenant(), "timeZone", limits.zone().getId());
        putRules(out, "limits", limits.own());
        putRules(out, "keys", limits.keys());
        putRules(out, "perUser", limits.perUser());
        putRules(out, "perAddress", limits.perAddress());
        putRules(out, "perRoute", limits.perRoute());
        if (!limits.maxWait().isZero()) {
            out.put("waitMs", limits.maxWait().toMillis());
        }
        out.put("whenPriceUnknown", Kind.Choice.word(limits.whenPriceUnknown()));
        return out;
    }

    /** Every tenant with limits, with its alerts if it has any. */
    public static List<Map<String, Object>> limits(Snapshot snapshot) {
        return snapshot.limits().values().stream()
                .map(limits -> {
                    Map<String, Object> out = of(limits);
                    AlertRule alerts = snapshot.alerts().get(limits.tenant());
                    if (alerts != null) {
                        out.put("alerts", of(alerts));
                    }
                    return out;
                })
                .toList();
    }

    /** When a webhook is told, but never where it is. */
    public static Map<String, Object> of(AlertRule alerts) {
        return ordered("percents", alerts.percents(), "webhook", "***");
    }

    /** One limit; money is a text in US dollars, so that no digit is lost. */
    public static Map<String, Object> of(LimitRule rule) {
        boolean money = rule.kind().measure() == Measure.MONEY;
        Object amount = money ? Notation.dollars(rule.amount()) : (Object) rule.amount();
        Map<String, Object> out = ordered("kind", rule.kind().word(), "limit", amount);
        if (rule.kind().isRate()) {
            out.put("burst", rule.burst());
        }
        out.put("mode", Kind.Choice.word(rule.observe() ? LimitWords.Mode.OBSERVE : LimitWords.Mode.ENFORCE));
        out.put("whenStoreDown", Kind.Choice.word(rule.whenStoreDown()));
        return out;
    }

    /** As {@code balance:} writes it. */
    public static String balance(Choice.Pool pool) {
        return Kind.Choice.word(pool.balance());
    }

    private static Map<String, Object> member(Choice.Member member, Function<Target, Map<String, Object>> price) {
        Map<String, Object> out = target(member.target(), price);
        out.put("weight", member.weight());
        return out;
    }

    private static Map<String, Object> target(Target target, Function<Target, Map<String, Object>> price) {
        Backend backend = target.backend();
        Map<String, Object> out = ordered("model", target.model(), "backend", backend.name());
        if (target.contextWindow() > 0) {
            out.put("contextWindow", target.contextWindow());
        }
        out.put("timeouts", of(target.timeouts()));
        out.put("price", price.apply(target));
        return out;
    }

    private static Map<String, Object> breaker(BreakerRule rule) {
        Map<String, Object> out = ordered(
                "failurePercent",
                rule.failurePercent(),
                "slowerThanMs",
                rule.slowerThan().toMillis());
        out.put("slowPercent", rule.slowPercent());
        out.put("minimumCalls", rule.minimumCalls());
        out.put("windowMs", rule.window().toMillis());
        out.put("openForMs", rule.openFor().toMillis());
        out.put("rampUpMs", rule.rampUp().toMillis());
        return out;
    }

    private static void putNames(Map<String, Object> out, String key, List<Choice> choices) {
        if (!choices.isEmpty()) {
            out.put(key, choices.stream().map(Choice::name).toList());
        }
    }

    private static void putRules(Map<String, Object> out, String key, List<LimitRule> rules) {
        if (!rules.isEmpty()) {
            out.put(key, rules.stream().map(Facts::of).toList());
        }
    }

    private static void putRules(Map<String, Object> out, String key, Map<String, List<LimitRule>> rules) {
        Map<String, Object> named = new TreeMap<>();
        rules.forEach((name, some) -> putRules(named, name, some));
        if (!named.isEmpty()) {
            out.put(key, named);
        }
    }

    private static void putMillis(Map<String, Object> out, String key, @Nullable Duration duration) {
        if (duration != null) {
            out.put(key, duration.toMillis());
        }
    }

    private static Map<String, Object> ordered(String first, Object value, String second, Object other) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put(first, value);
        out.put(second, other);
        return out;
    }
}
