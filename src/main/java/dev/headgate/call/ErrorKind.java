// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Every error that Headgate itself answers with: status, OpenAI type and code, and whose fault it is. The shape and the words
 * follow OpenAI's error objects, because clients choose their exceptions by them.
 */
public enum ErrorKind {
    INVALID_REQUEST(400, "invalid_request_error", null, Fault.CALLER),
    PRICE_UNKNOWN(400, "invalid_request_error", "price_unknown", Fault.POLICY),
    INVALID_API_KEY(401, "invalid_request_error", "invalid_api_key", Fault.CALLER),
    ORIGIN_NOT_ALLOWED(403, "permission_error", "origin_not_allowed", Fault.POLICY),
    OBJECTS_NOT_ALLOWED(403, "permission_error", "objects_not_enabled", Fault.POLICY),
    SPEND_NOT_ALLOWED(403, "permission_error", "unmetered_spend_not_enabled", Fault.POLICY),
    MODEL_NOT_FOUND(404, "invalid_request_error", "model_not_found", Fault.CALLER),
    OBJECT_NOT_FOUND(404, "invalid_request_error", "not_found", Fault.CALLER),
    UNKNOWN_PATH(404, "invalid_request_error", "unknown_url", Fault.CALLER),
    METHOD_NOT_ALLOWED(405, "invalid_request_error", "method_not_allowed", Fault.CALLER),
    REQUEST_TIMEOUT(408, "invalid_request_error", "request_timeout", Fault.CALLER),
    TOO_LARGE(413, "invalid_request_error", "request_too_large", Fault.CALLER),
    URI_TOO_LONG(414, "invalid_request_error", "uri_too_long", Fault.CALLER),
    UNSUPPORTED_ENCODING(415, "invalid_request_error", "unsupported_content_encoding", Fault.CALLER),
    UNSUPPORTED_MEDIA_TYPE(415, "invalid_request_error", "unsupported_media_type", Fault.CALLER),
    HEADERS_TOO_LARGE(431, "invalid_request_error", "request_header_fields_too_large", Fault.CALLER),
    REQUESTS_LIMITED(429, "requests", "rate_limit_exceeded", Fault.POLICY),
    TOKENS_LIMITED(429, "tokens", "rate_limit_exceeded", Fault.POLICY),
    CONCURRENCY_LIMITED(429, "requests", "concurrency_limit_exceeded", Fault.POLICY),
    BUDGET_EXCEEDED(429, "insufficient_quota", "insufficient_quota", Fault.POLICY),
    OVERLOADED(503, "overloaded_error", "overloaded", Fault.POLICY),
    DRAINING(503, "overloaded_error", "draining", Fault.POLICY),
    UPSTREAM_FAILED(502, "api_error", "upstream_failed", Fault.UPSTREAM),
    UPSTREAM_UNAVAILABLE(503, "api_error", "upstream_unavailable", Fault.UPSTREAM),
    UPSTREAM_TIMEOUT(504, "api_error", "upstream_timeout", Fault.UPSTREAM),
    UPSTREAM_RATE_LIMITED(429, "requests", "rate_limit_exceeded", Fault.UPSTREAM),
    UPSTREAM_TLS_ERROR(502, "api_error", "upstream_tls_error", Fault.UPSTREAM),
    UPSTREAM_PROTOCOL_ERROR(502, "api_error", "upstream_protocol_error", Fault.UPSTREAM),
    UPSTREAM_CREDENTIALS(502, "api_error", "upstream_credentials_exhausted", Fault.UPSTREAM),
    CONTEXT_TOO_LONG(400, "invalid_request_error", UpstreamFault.CONTEXT_TOO_LONG, Fault.CALLER),
    CONTENT_FILTERED(400, "invalid_request_error", UpstreamFault.CONTENT_FILTERED, Fault.CALLER),
    STORE_UNAVAILABLE(503, "api_error", "store_unavailable", Fault.GATEWAY),
    INTERNAL(500, "api_error", "internal_error", Fault.GATEWAY);

    private final int status;
    private final String type;
    private final @Nullable String code;
    private final Fault fault;

    ErrorKind(int status, String type, @Nullable String code, Fault fault) {
        this.status = status;
        this.type = type;
        this.code = code;
        this.fault = fault;
    }

    public int status() {
        return status;
    }

    /** OpenAI's {@code error.type}. */
    public String type() {
        return type;
    }

    /** OpenAI's {@code error.code}. */
    public @Nullable String code() {
        return code;
    }

    public Fault fault() {
        return fault;
    }

    /** The {@code error} metric label: whose fault, then what. */
    public String label() {
        String what = name().toLowerCase(Locale.ROOT);
        String who = fault.name().toLowerCase(Locale.ROOT);
        return what.startsWith(who) ? what : who + "_" + what;
    }

    /** Whose fault an error is. */
    public enum Fault {
        CALLER,
        POLICY,
        UPSTREAM,
        GATEWAY
    }
}
