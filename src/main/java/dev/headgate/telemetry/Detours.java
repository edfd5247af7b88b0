// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import dev.headgate.call.CallRecord;
import dev.headgate.call.CallRecord.Attempt;
import dev.headgate.call.Try;
import java.util.Locale;
import java.util.stream.Collectors;

/** What happened on the way to an answer, in words for one line; made of names from the configuration and closed sets only. */
final class Detours {
    private static final double SHORT_MILLIS = 10;

    private Detours() {}

    /** Every try: why it was made, where, what came of it, how long it took: {@code blue upstream_timeout 900ms, failover green 200 85ms}. */
    static String tries(CallRecord record) {
        return record.attempts().stream()
                .map(attempt -> text(attempt, record.endedNanos))
                .collect(Collectors.joining(", "));
    }

    /** Every target that was passed over, and why, each pair once: {@code red breaker_open}. */
    static String skipped(CallRecord record) {
        return record.skips().stream()
                .map(skip -> skip.target().backend().name() + " " + skip.why())
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static String text(Attempt attempt, long callEndedNanos) {
        Try plan = attempt.plan;
        String why =
                plan.reason() == Try.Reason.FIRST ? "" : plan.reason().name().toLowerCase(Locale.ROOT) + " ";
        long ended = attempt.endedNanos == 0 ? callEndedNanos : attempt.endedNanos;
        return why
                + (plan.lastResort() ? "last_resort " : "")
                + attempt.target.backend().name()
                + " "
                + outcome(attempt)
                + " "
                + duration(ended - attempt.startedNanos);
    }

    private static String outcome(Attempt attempt) {
        return attempt.failure != null
                ? attempt.failure
                : attempt.status == 0 ? "cancelled" : Integer.toString(attempt.status);
    }

    private static String duration(long nanos) {
        double millis = nanos / 1e6;
        return String.format(Locale.ROOT, millis < SHORT_MILLIS ? "%.1fms" : "%.0fms", millis);
    }
}
