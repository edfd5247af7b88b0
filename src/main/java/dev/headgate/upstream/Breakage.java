// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Backend;
import dev.headgate.call.CallFailure;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** What it means for a call that the HTTP client failed. Pure. */
final class Breakage {
    private Breakage() {}

    /** No connection was made, or none was free. */
    static CallFailure unreachable(Backend backend, Duration connectTimeout, Throwable cause) {
        if (cause instanceof CallFailure failure) {
            return failure;
        }
        if (cause instanceof TimeoutException || cause instanceof ConnectTimeoutException) {
            return failure(
                    ErrorKind.UPSTREAM_TIMEOUT,
                    backend,
                    "gave no connection in time (timeouts.connect %s).".formatted(Durations.text(connectTimeout)));
        }
        if (cause instanceof SSLException) {
            return failure(ErrorKind.UPSTREAM_TLS_ERROR, backend, "failed the TLS handshake: " + why(root(cause)));
        }
        return failure(ErrorKind.UPSTREAM_UNAVAILABLE, backend, "could not be reached: " + why(cause));
    }

    /** There was a connection, but no head came that can be read. */
    static CallFailure beforeHead(Backend backend, Throwable cause) {
        if (cause instanceof CallFailure failure) {
            return failure;
        }
        if (isUnreadable(cause)) {
            return failure(
                    ErrorKind.UPSTREAM_PROTOCOL_ERROR, backend, "sent an answer that cannot be read: " + why(cause));
        }
        return failure(ErrorKind.UPSTREAM_FAILED, backend, "broke off before it answered: " + why(cause));
    }

    static CallFailure interim(Backend backend, int status) {
        return failure(
                ErrorKind.UPSTREAM_PROTOCOL_ERROR, backend, "sent an interim answer that is not understood: " + status);
    }

    /**
     * Whether bytes came that are no HTTP (RFC 9112); the decoder has no type of its own for that. A connection that was closed or
     * reset fails with other types.
     */
    static boolean isUnreadable(Throwable cause) {
        return cause instanceof DecoderException
                || cause instanceof IllegalArgumentException
                || cause instanceof IllegalStateException;
    }

    private static CallFailure failure(ErrorKind kind, Backend backend, String what) {
        return GatewayError.of(kind, "Backend \"%s\" %s".formatted(backend.name(), what))
                .asFailure();
    }

    private static Throwable root(Throwable cause) {
        Throwable root = cause;
        for (Throwable next = cause; next != null; next = next.getCause()) {
            root = next;
        }
        return root;
    }

    private static String why(Throwable cause) {
        String text = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return text.replaceAll("\\s+", " ");
    }
}
