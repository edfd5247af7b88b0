// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which web pages may call (WHATWG Fetch, section 3.3). Without origins the protocol is not spoken at all, and browsers refuse. */
final class Cors {
    private static final String ALLOW_METHODS = "GET, POST, DELETE";
    private static final String EXPOSED = String.join(
            ", ",
            "x-request-id",
            "retry-after",
            "retry-after-ms",
            AnswerHeaders.LIMIT,
            AnswerHeaders.SHOULD_RETRY,
            AnswerHeaders.LIMIT_REQUESTS,
            AnswerHeaders.LIMIT_TOKENS,
            AnswerHeaders.REMAINING_REQUESTS,
            AnswerHeaders.REMAINING_TOKENS,
            AnswerHeaders.RESET_REQUESTS,
            AnswerHeaders.RESET_TOKENS);
    private static final String MAX_AGE_SECONDS = "600";

    private final Set<String> origins = new HashSet<>();

    Cors(List<String> origins) {
        origins.forEach(origin -> this.origins.add(origin.toLowerCase(Locale.ROOT)));
    }

    /** What is wrong with a request's origin, or null. */
    @Nullable
    GatewayError check(@Nullable String origin) {
        return origins.isEmpty() || origin == null || isAllowed(origin)
                ? null
                : GatewayError.of(
                        ErrorKind.ORIGIN_NOT_ALLOWED,
                        "Web pages of this origin may not call: it is not among server.cors.origins in conf/headgate.yaml.");
    }

    /** Whether this is a browser's question before the request proper. */
    boolean isPreflight(HttpServerRequest request) {
        String origin = request.getHeader("origin");
        return request.method().name().equals("OPTIONS")
                && origin != null
                && isAllowed(origin)
                && request.headers().contains("access-control-request-method");
    }

    /** What every answer to an allowed origin carries, error answers too. */
    void answer(HttpServerRequest request) {
        String origin = request.getHeader("origin");
        if (origin != null && isAllowed(origin)) {
            request.response()
                    .putHeader("access-control-allow-origin", origin)
                    .putHeader("access-control-expose-headers", EXPOSED)
                    .putHeader("vary", "origin");
        }
    }

    /** The answer to a preflight. Any header may be sent: SDKs add their own, and what may not go up is taken out anyway. */
    static MultiMap preflight(HttpServerRequest request) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .add("access-control-allow-methods", ALLOW_METHODS)
                .add("access-control-max-age", MAX_AGE_SECONDS);
        String asked = request.getHeader("access-control-request-headers");
        return asked == null ? headers : headers.add("access-control-allow-headers", asked);
    }

    private boolean isAllowed(String origin) {
        return origins.contains(origin.toLowerCase(Locale.ROOT));
    }
}
