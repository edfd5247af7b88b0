// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** The one implementation of a reply in memory; a stage that answers by itself makes one of these too. */
public final class UnaryReply implements Reply.Unary {
    private final int status;
    private final MultiMap headers;
    private final Buffer body;
    private final @Nullable Usage usage;
    private final Reported reported;
    private final @Nullable String finishReason;
    private final @Nullable UpstreamFault fault;
    private final Promise<Completion> done = Promise.promise();

    public UnaryReply(int status, MultiMap headers, Buffer body, @Nullable Usage usage, @Nullable String finishReason) {
        this(status, headers, body, usage, Reported.NOTHING, finishReason, null);
    }

    /**
     * @param reported what a backend's answer says of its cost besides tokens
     * @param fault what a backend's error answer says for another try
     */
    public UnaryReply(
            int status,
            MultiMap headers,
            Buffer body,
            @Nullable Usage usage,
            Reported reported,
            @Nullable String finishReason,
            @Nullable UpstreamFault fault) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.usage = usage;
        this.reported = reported;
        this.finishReason = finishReason;
        this.fault = fault;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public MultiMap headers() {
        return headers;
    }

    @Override
    public Buffer body() {
        return body;
    }

    /** As the backend reported it, or null if it reported none. */
    public @Nullable Usage usage() {
        return usage;
    }

    @Override
    public @Nullable UpstreamFault fault() {
        return fault;
    }

    @Override
    public Future<Completion> done() {
        return done.future();
    }

    @Override
    public void ended(Ending ending) {
        done.tryComplete(new Completion(ending, usage, reported, finishReason, body.length(), 0));
    }
}
