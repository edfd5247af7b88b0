// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/** URLs of a configuration. Pure. */
final class Endpoints {
    private Endpoints() {}

    /** An absolute http(s) URL without query, fragment and user, without its trailing slash; null if it is none. */
    static @Nullable URI baseUrl(String text) {
        URI uri = absolute(text);
        if (uri == null || !(uri.getScheme().equals("http") || uri.getScheme().equals("https"))) {
            return null;
        }
        return URI.create(text.replaceFirst("/+$", ""));
    }

    /** Whether it is an absolute http(s) URL without user and fragment; it may have a query. */
    static boolean isWebhook(String text) {
        try {
            URI uri = new URI(text);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawFragment() == null
                    && uri.getPort() <= 65_535;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** {@code http://host:port}; null if it is none. */
    static @Nullable URI proxy(String text) {
        URI uri = absolute(text);
        if (uri == null || !uri.getScheme().equals("http") || uri.getPort() <= 0) {
            return null;
        }
        return uri.getRawPath().isEmpty() || uri.getRawPath().equals("/") ? uri : null;
    }

    /** {@code scheme://host[:port]}, as browsers write it (RFC 6454, 6.1). */
    static boolean isOrigin(String text) {
        URI uri = absolute(text);
        return uri != null && uri.getRawPath().isEmpty() && text.equals(text.toLowerCase(java.util.Locale.ROOT));
    }

    /** Whether only this machine can reach the address. Names other than localhost are not looked up. */
    static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.equals("::1")
                || host.equals("[::1]")
                || host.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}");
    }

    private static @Nullable URI absolute(String text) {
        try {
            URI uri = new URI(text);
            boolean plain = uri.getScheme() != null
                    && uri.getHost() != null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getRawUserInfo() == null
                    && uri.getPort() <= 65_535;
            return plain ? uri : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
