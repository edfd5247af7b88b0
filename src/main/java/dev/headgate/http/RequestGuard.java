// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that two parsers might read differently (RFC 9112, sections 3.2 and 6.1), before anything looks at their path.
 * Pure; what the decoder itself refuses never gets here.
 */
final class RequestGuard {
    private static final Pattern HOST = Pattern.compile("([A-Za-z0-9._~-]+|\\[[0-9A-Fa-f:.]+])(:\\d{1,5})?");
    private static final Pattern LOOPBACK =
            Pattern.compile("(localhost|[a-z0-9-]+\\.localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?");

    private RequestGuard() {}

    /** What is wrong with the request's head, or null. */
    static @Nullable GatewayError check(HttpVersion version, String uri, MultiMap headers) {
        String problem = target(uri);
        if (problem == null && version != HttpVersion.HTTP_2) {
            problem = host(version, headers.getAll("host"));
        }
        if (problem == null) {
            problem = headers.contains("") ? "A header has no name." : framing(version, headers);
        }
        return problem == null ? null : GatewayError.of(ErrorKind.INVALID_REQUEST, problem);
    }

    /** With no keys to check, only a caller on this machine that no web page speaks for is served. */
    static @Nullable GatewayError checkOpen(@Nullable String host, @Nullable String origin) {
        if (host == null || !LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches()) {
            return GatewayError.of(
                    ErrorKind.ORIGIN_NOT_ALLOWED,
                    "This gateway runs without keys and only answers to a loopback host name such as localhost. "
                            + "Set auth: keys in conf/headgate.yaml to serve other names.");
        }
        if (origin != null && !isLoopbackOrigin(origin)) {
            return GatewayError.of(
                    ErrorKind.ORIGIN_NOT_ALLOWED,
                    "This gateway runs without keys and takes no requests from web pages of other origins. "
                            + "Set auth: keys and server.cors.origins in conf/headgate.yaml to allow one.");
        }
        return null;
    }

    private static boolean isLoopbackOrigin(String origin) {
        String lower = origin.toLowerCase(Locale.ROOT);
        int scheme = lower.indexOf("://");
        return scheme > 0 && LOOPBACK.matcher(lower.substring(scheme + 3)).matches();
    }

    private static @Nullable String target(String uri) {
        if (!uri.startsWith("/")) {
            return "The request target must be a path that begins with a slash.";
        }
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '\\' || c == '#') {
                return "The request target holds a character that must be percent-encoded.";
            }
        }
        String lower = path.toLowerCase(Locale.ROOT);
        for (String hidden : List.of("%2e", "%2f", "%5c", "%00", "%0a", "%0d", "//")) {
            // A model's own name may hold a slash, and clients encode it.
            boolean modelName = hidden.equals("%2f") && path.startsWith("/v1/models/");
            if (lower.contains(hidden) && !modelName) {
                return "The request path may not hold \"" + hidden + "\".";
            }
        }
        if (path.endsWith("/.") || path.endsWith("/..") || path.contains("/./") || path.contains("/../")) {
            return "The request path may not hold \".\" or \"..\" segments.";
        }
        return null;
    }

    private static @Nullable String host(HttpVersion version, List<String> hosts) {
        if (hosts.isEmpty()) {
            return version == HttpVersion.HTTP_1_0 ? null : "The Host header is missing.";
        }
        if (hosts.size() > 1) {
            return "There is more than one Host header.";
        }
        return HOST.matcher(hosts.getFirst()).matches() ? null : "The Host header is not a host name.";
    }

    private static @Nullable String framing(HttpVersion version, MultiMap headers) {
        List<String> encodings = headers.getAll("transfer-encoding");
        if (encodings.isEmpty()) {
            return headers.getAll("content-length").size() > 1 ? "There is more than one Content-Length header." : null;
        }
        if (encodings.size() > 1 || !encodings.getFirst().equalsIgnoreCase("chunked")) {
            return "The only Transfer-Encoding that is understood is \"chunked\".";
        }
        if (version == HttpVersion.HTTP_1_0) {
            return "HTTP/1.0 has no Transfer-Encoding.";
        }
        return headers.contains("content-length") ? "Transfer-Encoding and Content-Length exclude each other." : null;
    }
}
