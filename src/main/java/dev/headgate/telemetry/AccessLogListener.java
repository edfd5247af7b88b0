// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import dev.headgate.call.CallListener;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Completion;
import dev.headgate.call.Principal;
import dev.headgate.call.Usage;
import dev.headgate.call.Waited;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** One line per call with what was decided and what came of it; never a key, a prompt or an answer. */
public final class AccessLogListener implements CallListener {
    private static final Logger LOG = LoggerFactory.getLogger("headgate.access");

    @Override
    public void ended(CallRecord record) {
        if (!LOG.isInfoEnabled()) {
            return;
        }
        LoggingEventBuilder line = LOG.atInfo()
                .addKeyValue("call", record.id)
                .addKeyValue("status", record.status)
                .addKeyValue("duration_ms", millis(record.endedNanos - record.startedNanos));
        if (!record.requestId.equals(record.id)) {
            line = line.addKeyValue("request_id", record.requestId);
        }
        Principal principal = record.principal;
        if (principal != null) {
            line = line.addKeyValue("tenant", principal.tenant()).addKeyValue("key", principal.key());
        }
        line = routing(line, record);
        line = detours(line, record);
        line = outcome(line, record);
        line.addKeyValue("revision", record.revision).log("{} {}", record.method, path(record));
    }

    private static LoggingEventBuilder routing(LoggingEventBuilder line, CallRecord record) {
        LoggingEventBuilder out = line;
        if (record.route != null) {
            out = out.addKeyValue("route", record.route);
        }
        if (record.variant != null) {
            out = out.addKeyValue("variant", record.variant);
        }
        if (record.model != null) {
            out = out.addKeyValue("model", record.model);
        }
        CallRecord.Attempt last = record.lastAttempt();
        if (last != null) {
            out = out.addKeyValue("backend", last.target.backend().name())
                    .addKeyValue("attempts", record.attempts().size())
                    .addKeyValue("upstream_status", last.status);
        }
        if (record.stream) {
            out = out.addKeyValue("stream", true);
        }
        return out;
    }

    /** Only where the first try was not all there was. */
    private static LoggingEventBuilder detours(LoggingEventBuilder line, CallRecord record) {
        LoggingEventBuilder out = line;
        boolean direct = record.attempts().size() < 2 && record.skips().isEmpty();
        if (!direct && !record.attempts().isEmpty()) {
            out = out.addKeyValue("tries", Detours.tries(record));
        }
        if (!record.skips().isEmpty()) {
            out = out.addKeyValue("skipped", Detours.skipped(record));
        }
        if (record.degraded) {
            out = out.addKeyValue("degraded", true);
        }
        return out;
    }

    private static LoggingEventBuilder outcome(LoggingEventBuilder line, CallRecord record) {
        LoggingEventBuilder out = line;
        long own = record.overheadNanos();
        if (own >= 0) {
            out = out.addKeyValue("overhead_ms", millis(own));
        }
        Completion completion = record.completion;
        if (completion != null) {
            out = out.addKeyValue("ending", completion.ending().name().toLowerCase(Locale.ROOT))
                    .addKeyValue("bytes", completion.bytes());
            if (completion.firstTokenNanos() != 0) {
                out = out.addKeyValue("first_token_ms", millis(completion.firstTokenNanos() - record.startedNanos));
            }
            Usage usage = completion.usage();
            if (usage != null) {
                out = out.addKeyValue("tokens_in", usage.input()).addKeyValue("tokens_out", usage.output());
            }
        }
        if (record.drained) {
            out = out.addKeyValue("drained", true);
        }
        if (record.tokensCharged >= 0) {
            out = out.addKeyValue("tokens_charged", record.tokensCharged);
        }
        if (record.usageEstimated) {
            out = out.addKeyValue("usage_estimated", true);
        }
        if (record.costUnknown) {
            out = out.addKeyValue("cost_unknown", true);
        }
        if (!record.wouldHaveRefused.isEmpty()) {
            out = out.addKeyValue("would_have_refused", String.join(", ", record.wouldHaveRefused));
        }
        Waited waited = record.waited;
        if (waited != null) {
            out = out.addKeyValue("queue_position", waited.position()).addKeyValue("queue_ms", millis(waited.nanos()));
        }
        if (record.limit != null) {
            out = out.addKeyValue("limit", record.limit);
        }
        if (record.error != null) {
            out = out.addKeyValue("error", record.error.name().toLowerCase(Locale.ROOT));
        }
        if (record.errorMessage != null) {
            out = out.addKeyValue("reason", record.errorMessage);
        }
        return out;
    }

    private static String path(CallRecord record) {
        String path = record.endpoint != null ? record.endpoint.path() : record.path;
        return path.length() <= 200 ? path : path.substring(0, 200);
    }

    /** Milliseconds with three decimals. */
    private static double millis(long nanos) {
        return Math.round(nanos / 1_000.0) / 1_000.0;
    }
}
