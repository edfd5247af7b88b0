// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import io.vertx.core.MultiMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which headers pass from client to backend and back; whatever is not named here passes. Hop-by-hop headers (RFC 9110, section
 * 7.6.1) never pass, nor do those that {@code Connection} names.
 */
final class HeaderRules {
    static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "content-length",
            "upgrade",
            "http2-settings",
            "expect");

    /** Credentials of the caller, what would move billing under our credential, and what describes the path to us. */
    static final Set<String> NEVER_UP = Set.of(
            "authorization",
            "api-key",
            "x-api-key",
            "x-goog-api-key",
            "cookie",
            "host",
            "forwarded",
            "x-real-ip",
            "openai-organization",
            "openai-project",
            "x-should-retry");

    static final Set<String> NEVER_UP_PREFIXES = Set.of("x-forwarded-", "x-headgate-");

    static final Set<String> NEVER_DOWN =
            Set.of("set-cookie", "openai-organization", "alt-svc", "strict-transport-security");

    static final Set<String> NEVER_DOWN_PREFIXES = Set.of("x-ratelimit-");

    private HeaderRules() {}

    /** The client's headers that a backend may see. */
    static MultiMap up(MultiMap headers) {
        return filter(headers, NEVER_UP, NEVER_UP_PREFIXES);
    }

    /** The backend's headers that a client may see. */
    static MultiMap down(MultiMap headers) {
        return filter(headers, NEVER_DOWN, NEVER_DOWN_PREFIXES);
    }

    /** Adds the backend's headers that a client may see to an answer, which keeps what the gateway has said itself. */
    static void addDown(MultiMap from, MultiMap answer) {
        MultiMap passing = down(from);
        for (String own : answer.names()) {
            if (!own.equals("vary")) {
                passing.remove(own);
            }
        }
        answer.addAll(passing);
    }

    private static MultiMap filter(MultiMap headers, Set<String> names, Set<String> prefixes) {
        MultiMap out = MultiMap.caseInsensitiveMultiMap();
        String connection = String.join(",", headers.getAll("connection")).toLowerCase(Locale.ROOT);
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!HOP_BY_HOP.contains(name)
                    && !names.contains(name)
                    && !startsWithAny(name, prefixes)
                    && !isNamed(connection, name)) {
                out.add(header.getKey(), header.getValue());
            }
        }
        return out;
    }

    private static boolean startsWithAny(String name, Set<String> prefixes) {
        for (String prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamed(String connection, String name) {
        if (connection.isEmpty() || !connection.contains(name)) {
            return false;
        }
        for (String token : connection.split(",", -1)) {
            if (token.trim().equals(name)) {
                return true;
            }
        }
        return false;
    }
}
