// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.CallRecord;
import io.vertx.core.MultiMap;

/** The {@code x-headgate-*} headers of an answer, all in one table; documented in docs/reference/headers.md. */
final class AnswerHeaders {
    static final String CALL = "x-headgate-call";
    static final String REVISION = "x-headgate-revision";
    static final String ROUTE = "x-headgate-route";
    static final String MODEL = "x-headgate-model";
    static final String BACKEND = "x-headgate-backend";
    static final String ATTEMPTS = "x-headgate-attempts";

    private AnswerHeaders() {}

    /** Tells what happened inside; for callers that may know it. */
    static MultiMap of(CallRecord record) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add(CALL, record.id);
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
        }
        return headers;
    }
}
