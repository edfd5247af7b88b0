// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One error answer: what went wrong, in which parameter, and what the caller can do.
 *
 * @param param the request member at fault, or null
 * @param retryAfter when to try again, or null to leave that to the client
 */
public record GatewayError(
        ErrorKind kind,
        String message,
        @Nullable String param,
        @Nullable Duration retryAfter) {

    public static GatewayError of(ErrorKind kind, String message) {
        return new GatewayError(kind, message, null, null);
    }

    public static GatewayError of(ErrorKind kind, String message, @Nullable String param) {
        return new GatewayError(kind, message, param, null);
    }

    public CallFailure asFailure() {
        return new CallFailure(this);
    }
}
