// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a call. Stages may look at status, headers and a unary body, and hang their "after" work on {@link #done};
 * only the HTTP layer reads a streaming body and says how its delivery ended.
 */
public sealed interface Reply {
    int status();

    /** Headers for the client, already cleaned by the header rules; mutable until the reply is written. */
    MultiMap headers();

    /** What a backend's error answer says for another try; null for every other answer. */
    default @Nullable UpstreamFault fault() {
        return null;
    }

    /** Completes exactly once, when the delivery has ended, however it ended. Never fails. */
    Future<Completion> done();

    /** Called once by whoever delivers the reply; later calls are ignored. */
    void ended(Ending ending);

    /** An answer that is wholly in memory. */
    non-sealed interface Unary extends Reply {
        Buffer body();
    }

    /**
     * An answer whose body arrives over time, paused until the HTTP layer reads it. The body's exception handler fires when the
     * upstream breaks; {@link #ended} with anything but {@link Ending#COMPLETE} resets the upstream.
     */
    non-sealed interface Streaming extends Reply {
        ReadStream<Buffer> body();

        /** Whether the body is a server-sent event stream. */
        boolean sse();

        /** Whether the last byte handed out so far ended an event, so that a comment may be written now. */
        boolean betweenEvents();

        /**
         * The id of the response that the backend keeps, as soon as a stream has announced it; null once it is certain that there is
         * none to keep. Never fails.
         */
        default Future<@Nullable String> storedId() {
            return Future.succeededFuture(null);
        }

        /** Told of body bytes that were handed to the client's connection. */
        void delivered(long count);
    }
}
