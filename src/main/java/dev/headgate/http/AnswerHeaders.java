// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.Allowance;
import dev.headgate.call.CallRecord;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.ShortDuration;
import dev.headgate.call.Waited;
import io.vertx.core.MultiMap;
import java.util.concurrent.TimeUnit;

/** The headers that Headgate adds to an answer, all in one table; documented in docs/reference/headers.md. */
final class AnswerHeaders {
    static final String CALL = "x-headgate-call";
    static final String REVISION = "x-headgate-revision";
    static final String ROUTE = "x-headgate-route";
    static final String MODEL = "x-headgate-model";
    static final String BACKEND = "x-headgate-backend";
    static final String ATTEMPTS = "x-headgate-attempts";
    static final String LAST_RESORT = "x-headgate-last-resort";
    static final String DEGRADED = "x-headgate-degraded";
    static final String QUOTA_MODE = "x-headgate-quota-mode";
    static final String LIMIT = "x-headgate-limit";
    static final String QUEUE_POSITION = "x-headgate-queue-position";
    static final String QUEUE_WAIT = "x-headgate-queue-wait-ms";
    static final String SHOULD_RETRY = "x-should-retry";
    static final String LIMIT_REQUESTS = "x-ratelimit-limit-requests";
    static final String LIMIT_TOKENS = "x-ratelimit-limit-tokens";
    static final String REMAINING_REQUESTS = "x-ratelimit-remaining-requests";
    static final String REMAINING_TOKENS = "x-ratelimit-remaining-tokens";
    static final String RESET_REQUESTS = "x-ratelimit-reset-requests";
    static final String RESET_TOKENS = "x-ratelimit-reset-tokens";

    private AnswerHeaders() {}

    /**
     * Tells what happened inside; and to everybody if the answer is a substitute, because nobody should take it for a model's,
     * what is left of the caller's limits, who decided about them, and how it waited for them.
     *
     * @param told whether the caller may know the rest
     */
    static MultiMap of(CallRecord record, boolean told) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        if (told) {
            addInside(record, headers);
        }
        if (record.degraded) {
            headers.add(DEGRADED, "template");
        }
        if (record.quotaLocal) {
            headers.add(QUOTA_MODE, "local");
        }
        if (record.limit != null) {
            headers.add(LIMIT, record.limit);
        }
        if (record.error == ErrorKind.BUDGET_EXCEEDED) {
            headers.add(SHOULD_RETRY, "false");
        }
        addLimits(record, headers);
        Waited waited = record.waited;
        if (waited != null) {
            headers.add(QUEUE_POSITION, Integer.toString(waited.position()))
                    .add(QUEUE_WAIT, Long.toString(TimeUnit.NANOSECONDS.toMillis(waited.nanos())));
        }
        return headers;
    }

    private static void addLimits(CallRecord record, MultiMap headers) {
        Allowance requests = record.requestsLeft;
        if (requests != null) {
            headers.add(LIMIT_REQUESTS, Long.toString(requests.limit()))
                    .add(REMAINING_REQUESTS, Long.toString(requests.remaining()))
                    .add(RESET_REQUESTS, ShortDuration.of(requests.reset()));
        }
        Allowance tokens = record.tokensLeft;
        if (tokens != null) {
            headers.add(LIMIT_TOKENS, Long.toString(tokens.limit()))
                    .add(REMAINING_TOKENS, Long.toString(tokens.remaining()))
                    .add(RESET_TOKENS, ShortDuration.of(tokens.reset()));
        }
    }

    private static void addInside(CallRecord record, MultiMap headers) {
        headers.add(CALL, record.id);
        if (record.revision != null) {
            headers.add(REVISION, record.revision);
        }
        if (record.route != null) {
            headers.add(ROUTE, record.route);
        }
        CallRecord.Attempt last = record.lastAttempt();
        if (last != null) {
            headers.add(MODEL, last.target.model());
            headers.add(BACKEND, last.target.backend().name());
            headers.add(ATTEMPTS, Integer.toString(record.attempts().size()));
            if (last.plan.lastResort()) {
                headers.add(LAST_RESORT, "true");
            }
        }
    }
}
