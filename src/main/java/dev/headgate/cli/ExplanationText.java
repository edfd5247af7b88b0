// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import dev.headgate.call.Backend;
import dev.headgate.call.Guards;
import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.call.Guards.BulkheadRule;
import dev.headgate.call.Principal;
import dev.headgate.call.Target;
import dev.headgate.call.Timeouts;
import dev.headgate.cli.Explanation.Edit;
import dev.headgate.cli.Explanation.Step;
import dev.headgate.config.Facts;
import dev.headgate.config.Notation;
import dev.headgate.config.PriceFacts;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Measure;
import dev.headgate.routing.Choice;
import dev.headgate.routing.RetryRule;
import dev.headgate.routing.Route;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An explanation for people. */
final class ExplanationText {
    private ExplanationText() {}

    /** @param live where the limits stand in a running gateway, or null if none was asked */
    static void print(Explanation explained, List<String> visible, @Nullable LiveLimits live, PrintWriter out) {
        out.println("model     " + explained.model());
        Route route = explained.route();
        out.println("caller    " + (route == null ? explained.caller().name() : caller(explained)));
        if (route == null) {
            out.println("route     none: 404 model_not_found" + alternatives(visible));
            return;
        }
        out.println(
                "route     " + route.name() + (route.isPattern() ? " (longest matching pattern)" : " (exact name)"));
        out.println("variant   " + route.variant());
        print(route.policy(), out);
        printLimits(explained, live, out);
        for (Step step : explained.steps()) {
            out.println();
            print(explained.model(), step, out);
        }
    }

    private static void print(Route.Policy policy, PrintWriter out) {
        out.println("timeouts  total " + text(policy.total()) + ", early head " + text(policy.earlyHead()));
        RetryRule retry = policy.retry();
        out.println("retry     "
                + (retry.attempts() == 1
                        ? "none, one try"
                        : "up to " + retry.attempts() + " tries, backoff " + text(retry.backoffMin()) + ".."
                                + text(retry.backoffMax())));
        out.println("leaving   "
                + switch (policy.onDisconnect()) {
                    case CANCEL -> "a client that leaves cancels its call";
                    case DRAIN -> "a client that leaves has its answer read on for at most 60s";
                });
        printNames("too long  ", policy.onContextTooLong(), out);
        printNames("filtered  ", policy.onContentFilter(), out);
        if (policy.degraded() != null) {
            out.println("degraded  " + Json.quoted(policy.degraded()));
        }
    }

    private static void printLimits(Explanation explained, @Nullable LiveLimits live, PrintWriter out) {
        Principal principal = explained.caller().principal();
        if (principal == null || principal.anonymous()) {
            return;
        }
        if (live != null) {
            printShadows(live.shadows(explained), live, out);
            return;
        }
        if (explained.limits().isEmpty()) {
            out.println("limits    none");
        }
        String label = "limits    ";
        for (Limit limit : explained.limits()) {
            out.println(label + limit.id(principal.tenant()) + " " + amount(limit.rule()));
            label = "          ";
        }
        if (explained.refusesUnpriced()) {
            out.println("          calls whose price is unknown are refused");
        }
        if (!explained.maxWait().isZero()) {
            out.println(
                    "waiting   up to %s where a limit has no room".formatted(Notation.duration(explained.maxWait())));
        }
        if (principal.weight() > 1) {
            out.println("weight    " + principal.weight());
        }
        if (explained.alerts() != null) {
            out.println("alerts    "
                    + explained.alerts().percents().stream()
                            .map(percent -> percent + " %")
                            .collect(Collectors.joining(", "))
                    + " of limits by day, week and month, to a webhook");
        }
    }

    private static void printShadows(List<LimitShadow> shadows, LiveLimits live, PrintWriter out) {
        out.println("running   revision " + live.revision()
                + (live.exact() ? "" : "; its store does not answer, and it counts its own part"));
        if (shadows.isEmpty()) {
            out.println("limits    none");
        }
        String label = "limits    ";
        for (LimitShadow shadow : shadows) {
            Limit file = shadow.file();
            out.println(label + shadow.id() + (file == null ? "" : " " + amount(file.rule())));
            out.println("            " + shadow.text());
            label = "          ";
        }
    }

    private static String amount(LimitRule rule) {
        Map<String, Object> facts = Facts.of(rule);
        String burst = rule.kind().isRate() ? ", burst " + Notation.count(rule.burst()) : "";
        return (rule.kind().measure() == Measure.MONEY
                        ? Notation.dollars(rule.amount())
                        : Notation.count(rule.amount()))
                + burst + (rule.observe() ? ", only observed" : "") + ", without its store: "
                + facts.get("whenStoreDown");
    }

    private static void printNames(String label, List<Choice> choices, PrintWriter out) {
        if (!choices.isEmpty()) {
            out.println(label + "to " + choices.stream().map(Choice::name).collect(Collectors.joining(", ")));
        }
    }

    private static String caller(Explanation explained) {
        Caller caller = explained.caller();
        if (caller.principal() == null) {
            return "any key (name one with --key-id to check what it may use)";
        }
        String refusal = caller.refusal(explained.model());
        return caller.name() + (refusal == null ? ": may use it" : ": refused, " + refusal);
    }

    private static void print(String model, Step step, PrintWriter out) {
        Target target = step.target();
        Backend backend = target.backend();
        out.println("target " + step.place() + "  " + target.model() + membership(step));
        out.println(
                "  backend  " + backend.name() + " (" + backend.dialect().name().toLowerCase(Locale.ROOT) + "), "
                        + (backend.isOn() ? "on" : "off: " + backend.offReason()));
        out.println("  address  " + address(backend));
        out.println("  model    " + (target.id() == null ? model + " (as the client sends it)" : target.id())
                + (target.contextWindow() == 0
                        ? ""
                        : ", window of " + Notation.count(target.contextWindow()) + " tokens"));
        out.println("  price    " + PriceFacts.text(step.price()));
        out.println("  within   " + timeouts(target.timeouts()));
        print(backend.guards(), out);
        print(step.edits(), out);
    }

    private static String membership(Step step) {
        Choice.Pool pool = step.pool();
        return pool == null
                ? ""
                : ", weight " + step.weight() + " in pool " + pool.name() + " (" + Facts.balance(pool) + ")";
    }

    private static String timeouts(Timeouts timeouts) {
        return "connect " + text(timeouts.connect()) + ", first byte " + text(timeouts.firstByte()) + ", first token "
                + text(timeouts.firstToken()) + ", idle " + text(timeouts.idle())
                + (timeouts.total() == null ? "" : ", total " + text(timeouts.total()));
    }

    private static void print(Guards guards, PrintWriter out) {
        BreakerRule rule = guards.breaker();
        out.println("  breaker  opens for " + text(rule.openFor()) + " at " + rule.failurePercent() + "% failed or "
                + rule.slowPercent() + "% slower than " + text(rule.slowerThan()) + ", of at least "
                + rule.minimumCalls() + " calls in " + text(rule.window()) + "; ramp-up " + text(rule.rampUp()));
        BulkheadRule bulkhead = guards.bulkhead();
        if (bulkhead != null) {
            out.println("  at once  " + (bulkhead.isAdaptive() ? "adaptive" : bulkhead.maxConcurrent() + " calls")
                    + ", others wait up to " + text(bulkhead.maxWait()));
        }
        if (guards.health() != null) {
            out.println("  health   GET " + guards.health().path() + " every "
                    + text(guards.health().every()));
        }
    }

    private static void print(List<Edit> edits, PrintWriter out) {
        if (edits.isEmpty()) {
            out.println("  edits    none");
        }
        String label = "  edits    ";
        for (Edit edit : edits) {
            String condition = edit.condition();
            out.println(
                    label + edit.member() + " = " + edit.value() + (condition == null ? "" : " (" + condition + ")"));
            label = "           ";
        }
    }

    private static String address(Backend backend) {
        return backend.baseUrl() == null
                ? "none, answers in the process"
                : backend.baseUrl().toString();
    }

    private static String alternatives(List<String> visible) {
        if (visible.isEmpty()) {
            return "";
        }
        int shown = Math.min(10, visible.size());
        String more = visible.size() > shown ? " and " + (visible.size() - shown) + " more" : "";
        return "\n          there are: " + String.join(", ", visible.subList(0, shown)) + more;
    }

    private static String text(Duration duration) {
        return Notation.duration(duration);
    }
}
