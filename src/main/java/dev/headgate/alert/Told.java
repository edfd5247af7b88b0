// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import dev.headgate.quota.Standing;
import dev.headgate.quota.Window;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a limit has been told in a window. Pure.
 *
 * @param window the window's label
 * @param percents the thresholds, ascending
 * @param count how many of them have been told, from the lowest on
 */
record Told(String window, List<Integer> percents, int count) {
    /** What is told once a standing is told too; null if there is nothing new in it. */
    static @Nullable Told after(@Nullable Told before, Window window, List<Integer> percents, Standing standing) {
        boolean late = before != null && window.label().compareTo(before.window) < 0;
        int reached = reached(percents, standing);
        if (late || reached <= counted(before, window.label(), percents)) {
            return null;
        }
        return new Told(window.label(), percents, reached);
    }

    /** The thresholds that this one adds to what was told before. */
    List<Integer> since(@Nullable Told before) {
        return percents.subList(counted(before, window, percents), count);
    }

    private static int counted(@Nullable Told before, String window, List<Integer> percents) {
        return before != null && before.window.equals(window) && before.percents.equals(percents) ? before.count : 0;
    }

    /** In whole numbers: used is below 2<sup>53</sup>, and a hundred times that fits a long. */
    private static int reached(List<Integer> percents, Standing standing) {
        long amount = standing.limit().rule().amount();
        int reached = 0;
        while (reached < percents.size() && standing.used() * 100 >= amount * percents.get(reached)) {
            reached++;
        }
        return reached;
    }
}
