// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

/**
 * What a request asks of {@link Upstream}.
 *
 * @param events of 200 bytes each
 * @param nanosApart 0 for as fast as they go
 * @param usage whether a usage event comes before {@code [DONE]}
 */
record StreamPlan(boolean streams, int events, long nanosApart, boolean usage) {
    static final StreamPlan NONE = new StreamPlan(false, 0, 0, false);

    /** Reads the start of a request. */
    static StreamPlan of(String target, String body) {
        return new StreamPlan(
                body.contains("\"stream\":true"),
                number(target, "events=", 50),
                number(target, "ms=", 0) * 1_000_000L,
                body.contains("\"include_usage\":true"));
    }

    private static int number(String target, String name, int otherwise) {
        int at = target.indexOf(name);
        if (at < 0) {
            return otherwise;
        }
        int end = at + name.length();
        while (end < target.length() && Character.isDigit(target.charAt(end))) {
            end++;
        }
        return Integer.parseInt(target.substring(at + name.length(), end));
    }
}
