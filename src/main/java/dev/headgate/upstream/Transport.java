// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Backend;
import dev.headgate.call.Cancellation;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.RequestBody;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.streams.ReadStream;
import java.time.Duration;

/** Carries one encoded request to a backend and hands back the head of its answer. */
public interface Transport {
    /**
     * Sends a request.
     *
     * @param cancellation stops the request while no head has arrived; afterwards {@link Response#reset} does
     * @return the head of the answer, its body paused; fails with a {@link dev.headgate.call.CallFailure} when no head arrived,
     *     which carries the cancellation's reason if that was why
     */
    Future<Response> send(Request request, Cancellation cancellation);

    /**
     * Sends a request, and tells when the backend has all of it.
     *
     * @param sent run at most once, when the request's last byte was written
     */
    default Future<Response> send(Request request, Cancellation cancellation, Runnable sent) {
        sent.run();
        return send(request, cancellation);
    }

    /** Why a request was stopped, also where nobody is left to be told. */
    static GatewayError reason(Cancellation cancellation) {
        GatewayError reason = cancellation.reason();
        return reason == null ? GatewayError.of(ErrorKind.UPSTREAM_FAILED, "The call was cancelled.") : reason;
    }

    /**
     * An encoded request.
     *
     * @param uri path and query, as they go on the wire
     * @param connectTimeout for name lookup, TCP, TLS and the wait for a free connection together
     */
    record Request(
            Backend backend,
            HttpMethod method,
            String uri,
            MultiMap headers,
            RequestBody.Outgoing body,
            Duration connectTimeout) {}

    /** The head of an answer, and its body to come. */
    interface Response {
        int status();

        MultiMap headers();

        /** Paused until somebody resumes it; its exception handler fires if the backend breaks off. */
        ReadStream<Buffer> body();

        /** Stops the backend's work now, whatever it is doing. Idempotent, and harmless after the end. */
        void reset();
    }
}
