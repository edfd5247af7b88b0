// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a benchmark must reach. */
final class Targets {
    private final List<Target> all = new ArrayList<>();

    private record Target(String what, String limit, double measured, boolean met) {}

    void atMost(String what, double limit, double measured) {
        all.add(new Target(what, "at most " + shown(limit), measured, measured <= limit));
    }

    void below(String what, double limit, double measured) {
        all.add(new Target(what, "below " + shown(limit), measured, measured < limit));
    }

    /** Prints all of them as a table, and a line for each that was missed; returns whether none was. */
    boolean report() {
        System.out.println("| target | limit | measured |\n|---|---:|---:|");
        for (Target each : all) {
            System.out.printf("| %s | %s | %s |%n", each.what, each.limit, shown(each.measured));
        }
        for (Target each : all) {
            if (!each.met) {
                System.out.printf("MISSED: %s: %s, not %s%n", each.what, shown(each.measured), each.limit);
            }
        }
        return all.stream().allMatch(Target::met);
    }

    private static String shown(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.2f", value);
    }
}
