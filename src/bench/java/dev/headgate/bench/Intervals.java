// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import dev.headgate.bench.QuotaClients.Told;
import java.util.Comparator;
import java.util.List;

/** How much of what a rate allows was used, in intervals of wall-clock time. Pure. */
final class Intervals {
    private static final long MICROS_A_MINUTE = 60_000_000;

    private Intervals() {}

    /** From the first request to the last answer. */
    static double seconds(List<Told> told) {
        long from = told.stream().mapToLong(Told::sentMicros).min().orElse(0);
        long to = told.stream().mapToLong(Told::answeredMicros).max().orElse(0);
        return (to - from) / 1e6;
    }

    /**
     * The largest share of burst and rate that calls which were admitted used in any interval that begins with a request and ends with
     * an answer; above 1 they were exceeded.
     */
    static double tightest(List<Told> told, long each, long burst, long perMinute) {
        List<Told> byAnswer = told.stream()
                .filter(one -> one.status() == 200)
                .sorted(Comparator.comparingLong(Told::answeredMicros))
                .toList();
        double most = 0;
        for (Told first : byAnswer) {
            long used = 0;
            for (Told last : byAnswer) {
                if (last.sentMicros() >= first.sentMicros()) {
                    used += each;
                    long micros = last.answeredMicros() - first.sentMicros();
                    most = Math.max(most, used / (burst + (double) perMinute * micros / MICROS_A_MINUTE));
                }
            }
        }
        return most;
    }
}
