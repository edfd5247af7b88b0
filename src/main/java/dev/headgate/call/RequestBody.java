// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client sent: bytes that stay as they are, and what one look at them saw. */
public sealed interface RequestBody {
    /** The {@code model} that the client named, or null where the endpoint has none. */
    @Nullable
    String model();

    /** Whether the client asked for a server-sent event stream. */
    boolean stream();

    /** Whether the body can be sent a second time. */
    boolean replayable();

    /**
     * Tokens that the prompt has at the very least; 0 if nothing can be said. Looked up when it is asked for: a pass over the body.
     */
    default long leastPromptTokens() {
        return 0;
    }

    /** Whom the caller names as its own user ({@code user} or {@code safety_identifier}), at most 256 characters; or null. */
    default @Nullable String user() {
        return null;
    }

    /** How many tokens one answer may have, as the caller says; -1 if it does not. */
    default long maxTokens() {
        return -1;
    }

    /** How many answers the backend is to make at once ({@code n}, {@code best_of}), at least one. */
    default int choices() {
        return 1;
    }

    /** Ids of upstream objects that the body refers to (files, vector stores, earlier responses, conversations). */
    List<String> references();

    /** The bytes to send to one target, with the target's edits spliced in. */
    Outgoing to(Target target);

    /** Drops the bytes and gives their memory back; called once no attempt can need them any more. Idempotent. */
    void release();

    /** What goes on the wire: whole bytes with their length, or a stream of known or unknown (-1) length. */
    sealed interface Outgoing {
        record Whole(List<Buffer> parts, long length) implements Outgoing {}

        record Streamed(ReadStream<Buffer> stream, long length) implements Outgoing {}
    }

    /** No body at all. */
    record Empty() implements RequestBody {
        @Override
        public @Nullable String model() {
            return null;
        }

        @Override
        public boolean stream() {
            return false;
        }

        @Override
        public boolean replayable() {
            return true;
        }

        @Override
        public List<String> references() {
            return List.of();
        }

        @Override
        public Outgoing to(Target target) {
            return new Outgoing.Whole(List.of(), 0);
        }

        @Override
        public void release() {}
    }

    /** A body that arrives while it is being sent on: multipart forms. Sent at most once. */
    non-sealed interface Live extends RequestBody {
        @Override
        default boolean stream() {
            return false;
        }

        @Override
        default boolean replayable() {
            return false;
        }
    }

    /** A JSON document in memory. */
    non-sealed interface Json extends RequestBody {
        /** The client's own bytes, which nobody may change; empty once they were released. */
        byte[] content();

        /** Whether usage has to be asked of a stream for the account, though the client did not ask for it. */
        boolean lacksUsageRequest();

        /**
         * The JSON text of a member at the top, as the client wrote it; null if there is none.
         *
         * @throws CallFailure 400 if it stands there twice: the backend may go by the other one
         */
        default @Nullable String member(String name) {
            return null;
        }

        /** Whether the body asks for work that goes on without the caller ({@code background: true}). */
        boolean background();
    }
}
