// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** One scrape of all counters, to be compared with a later one. */
record Counts(Map<String, Double> series) {
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    static Counts of(String scrape) {
        return new Counts(scrape.lines()
                .filter(line -> !line.startsWith("#"))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.lastIndexOf(' ')),
                        line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))));
    }

    /**
     * What a counter grew by since then, by the values of some labels, in the order of the words: {@code up 2xx} to 1.
     *
     * @param where what the series must hold, for example {@code route="chat"}
     */
    Map<String, Integer> since(Counts before, String name, String where, String... labels) {
        Map<String, Integer> grown = new TreeMap<>();
        series.forEach((key, value) -> {
            int more = (int) (value - before.series.getOrDefault(key, 0.0));
            if (more != 0 && key.startsWith(name + "{") && key.contains(where)) {
                grown.merge(words(key, List.of(labels)), more, Integer::sum);
            }
        });
        return grown;
    }

    private static String words(String key, List<String> labels) {
        Map<String, String> found =
                LABEL.matcher(key).results().collect(Collectors.toMap(Counts::name, match -> match.group(2)));
        return labels.stream().map(found::get).collect(Collectors.joining(" "));
    }

    private static String name(MatchResult match) {
        return match.group(1);
    }
}
