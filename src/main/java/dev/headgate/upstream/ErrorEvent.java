// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.CallFailure;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.UpstreamFault;
import dev.headgate.upstream.Opening.Verdict;
import io.vertx.core.MultiMap;
import java.util.Set;

/**
 * What an error event means while its stream is not committed: another backend may do better, unless the caller is at fault. The
 * words are those of the OpenAI API reference (Error codes; Streaming events of responses).
 */
final class ErrorEvent {
    private static final Set<String> RATE_LIMIT =
            Set.of("rate_limit_exceeded", "rate_limit_error", "insufficient_quota", "too_many_requests");
    private static final Set<String> CREDENTIALS = Set.of("authentication_error", "invalid_api_key");
    private static final Set<String> CALLER = Set.of("invalid_request_error");

    private ErrorEvent() {}

    static Verdict judge(String backend, UpstreamMessage said, MultiMap headers) {
        UpstreamFault named = said.fault(said.status(), headers);
        if (named.isContextTooLong()) {
            return failed(ErrorKind.CONTEXT_TOO_LONG, 400, backend, said, headers);
        }
        if (named.isContentFiltered()) {
            return failed(ErrorKind.CONTENT_FILTERED, 400, backend, said, headers);
        }
        int status = said.status() > 0 ? said.status() : meant(said);
        return switch (status) {
            case 400, 403, 404, 413, 422 -> Verdict.CALLERS_FAULT;
            case 429 -> failed(ErrorKind.UPSTREAM_RATE_LIMITED, status, backend, said, headers);
            default -> failed(ErrorKind.UPSTREAM_FAILED, status, backend, said, headers);
        };
    }

    /** The status that goes with the words; what is not known is taken for the backend's fault. */
    private static int meant(UpstreamMessage said) {
        if (isOneOf(said, RATE_LIMIT)) {
            return 429;
        }
        if (isOneOf(said, CREDENTIALS)) {
            return 401;
        }
        return isOneOf(said, CALLER) ? 400 : 500;
    }

    private static boolean isOneOf(UpstreamMessage said, Set<String> words) {
        return (said.type() != null && words.contains(said.type()))
                || (said.code() != null && words.contains(said.code()));
    }

    private static Verdict failed(ErrorKind kind, int status, String backend, UpstreamMessage said, MultiMap headers) {
        String message = said.message() == null ? "without a message." : said.message();
        UpstreamFault fault = said.fault(status, headers);
        GatewayError error = new GatewayError(
                kind,
                "Backend \"%s\" reported an error in its stream: %s".formatted(backend, message),
                null,
                fault.retryAfter());
        return new Verdict.Failed(new CallFailure(error, fault));
    }
}
