// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import dev.headgate.call.Backend;
import dev.headgate.call.Target;
import dev.headgate.cli.Explanation.Edit;
import dev.headgate.cli.Explanation.Step;
import dev.headgate.routing.Route;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An explanation for people. */
final class ExplanationText {
    private ExplanationText() {}

    static void print(Explanation explained, List<String> visible, PrintWriter out) {
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
        out.println("timeouts  total " + text(route.total()) + ", early head " + text(route.earlyHead()));
        int place = 0;
        for (Step step : explained.steps()) {
            out.println();
            print(++place, explained.model(), step, out);
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

    private static void print(int place, String model, Step step, PrintWriter out) {
        Target target = step.target();
        Backend backend = target.backend();
        out.println("target " + place + "  " + target.model());
        out.println(
                "  backend  " + backend.name() + " (" + backend.dialect().name().toLowerCase(Locale.ROOT) + "), "
                        + (backend.isOn() ? "on" : "off: " + backend.offReason()));
        out.println("  address  " + address(backend));
        out.println("  model    " + (target.id() == null ? model + " (as the client sends it)" : target.id()));
        out.println("  connect  within " + text(backend.connectTimeout()));
        if (step.edits().isEmpty()) {
            out.println("  edits    none");
        }
        String label = "  edits    ";
        for (Edit edit : step.edits()) {
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

    /** As the configuration writes it: {@code 250ms}, {@code 30s}, {@code 10m}. */
    private static String text(@Nullable Duration duration) {
        if (duration == null) {
            return "none";
        }
        long millis = duration.toMillis();
        if (millis % 1_000 != 0) {
            return millis + "ms";
        }
        return millis % 60_000 == 0 && millis > 0 ? millis / 60_000 + "m" : millis / 1_000 + "s";
    }
}
