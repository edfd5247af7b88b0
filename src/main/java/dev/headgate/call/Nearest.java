// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the known name that somebody probably meant. Pure. */
public final class Nearest {
    private Nearest() {}

    /** The nearest of the names, or null if none is near: at most a third of the letters may differ, and at least one. */
    public static @Nullable String to(String written, Collection<String> names) {
        String best = null;
        int least = Integer.MAX_VALUE;
        for (String name : names) {
            int allowed = Math.min(least - 1, Math.max(1, Math.min(written.length(), name.length()) / 3));
            if (Math.abs(plain(written).length() - plain(name).length()) > allowed) {
                continue;
            }
            int distance = distance(plain(written), plain(name));
            if (distance <= allowed) {
                best = name;
                least = distance;
            }
        }
        return best;
    }

    /** At most {@code count} of the names, the nearest first. */
    public static List<String> of(String written, Collection<String> names, int count) {
        return names.stream()
                .sorted(Comparator.comparingInt(name -> distance(plain(written), plain(name))))
                .limit(count)
                .toList();
    }

    /** Edits between two words; a swap of neighbours is one edit (optimal string alignment). */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }

    /** Case, dashes and underscores are how people misremember a key: base_url, baseurl, baseUrl. */
    private static String plain(String name) {
        String bounded = name.length() > 100 ? name.substring(0, 100) : name;
        return bounded.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }
}
