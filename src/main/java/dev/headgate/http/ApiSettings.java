// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.Principal;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The API server's bounds, from the static configuration.
 *
 * @param maxBody bytes of a JSON body
 * @param maxUpload bytes of a multipart body
 * @param bodyBudget bytes that all JSON bodies in flight may take together
 * @param corsOrigins origins whose pages may call
 * @param exposeHeaders whether callers with keys see the {@code x-headgate-*} headers
 * @param trustedProxy whether what this address says of its client is believed ({@code X-Forwarded-For})
 */
public record ApiSettings(
        long maxBody,
        long maxUpload,
        long bodyBudget,
        List<String> corsOrigins,
        boolean exposeHeaders,
        Predicate<String> trustedProxy,
        Times times) {

    /** Whether a caller may see the {@code x-headgate-*} headers; one without keys is the operator. */
    boolean tells(@Nullable Principal caller) {
        return caller != null && (caller.anonymous() || exposeHeaders);
    }
}
