// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Backend;
import dev.headgate.call.Cancellation;
import dev.headgate.call.RequestBody;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.streams.ReadStream;

/** Carries one encoded request to a backend and hands back the head of its answer. */
public interface Transport {
    /**
     * Sends a request.
     *
     * @param cancellation stops the request while no head has arrived; afterwards {@link Response#reset} does
     * @return the head of the answer, its body paused; fails with a {@link dev.headgate.call.CallFailure} when no head arrived
     */
    Future<Response> send(Request request, Cancellation cancellation);

    /**
     * An encoded request.
     *
     * @param uri path and query, as they go on the wire
     */
    record Request(Backend backend, HttpMethod method, String uri, MultiMap headers, RequestBody.Outgoing body) {}

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
