// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint with its credentials, compiled from the configuration and immutable.
 *
 * @param baseUrl scheme, host, port and path prefix; null for the demo backend, which has no address
 * @param keys resolved credentials in order of preference; empty with {@link Auth.None}
 * @param headers static headers that every request to this backend carries
 * @param apiVersion the version that Azure wants in the query, or null
 * @param demo how the demo backend answers; null for every other dialect
 * @param ca PEM text of the certificate authorities to trust instead of the system's, or null
 * @param proxy the egress HTTP proxy, or null
 * @param askUsage whether streams may be asked for usage ({@code stream_options.include_usage})
 * @param guards timeouts, breaker, bulkhead and health check
 * @param offReason why the backend is off (an optional backend whose secret is missing), or null if it is on
 */
public record Backend(
        String name,
        Dialect dialect,
        @Nullable URI baseUrl,
        Auth auth,
        List<Secret> keys,
        Map<String, String> headers,
        @Nullable String apiVersion,
        @Nullable DemoSettings demo,
        @Nullable String ca,
        @Nullable URI proxy,
        boolean askUsage,
        Guards guards,
        @Nullable String offReason) {

    public Backend {
        keys = List.copyOf(keys);
        headers = Map.copyOf(headers);
    }

    public boolean isOn() {
        return offReason == null;
    }

    /** The API that a backend speaks; the words of {@code type:} in the configuration. */
    public enum Dialect {
        OPENAI,
        AZURE,
        DEMO
    }

    /** How a credential travels. */
    public sealed interface Auth {
        record Bearer() implements Auth {}

        record Header(String name) implements Auth {}

        record None() implements Auth {}
    }
}
