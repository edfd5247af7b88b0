// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Completion;
import dev.headgate.call.Ending;
import dev.headgate.call.Reply;
import dev.headgate.call.UpstreamFault;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import org.jspecify.annotations.Nullable;

/** A reply whose body is still arriving from a backend. */
final class StreamReply implements Reply.Streaming {
    private final Transport.Response response;
    private final MultiMap headers;
    private final Tap tap;
    private final @Nullable UpstreamFault fault;
    private final Promise<Completion> done = Promise.promise();
    private long bytes;

    StreamReply(Transport.Response response, MultiMap headers, Tap tap, @Nullable UpstreamFault fault) {
        this.response = response;
        this.headers = headers;
        this.tap = tap;
        this.fault = fault;
    }

    /** What a reply's body comes through; null if it is there already. */
    static @Nullable Tap tapOf(Reply reply) {
        return reply instanceof StreamReply streaming ? streaming.tap : null;
    }

    @Override
    public int status() {
        return response.status();
    }

    @Override
    public MultiMap headers() {
        return headers;
    }

    @Override
    public Tap body() {
        return tap;
    }

    @Override
    public @Nullable UpstreamFault fault() {
        return fault;
    }

    @Override
    public boolean sse() {
        return tap instanceof SseTap;
    }

    @Override
    public boolean betweenEvents() {
        return tap instanceof SseTap sse && sse.isBetweenEvents();
    }

    @Override
    public Future<@Nullable String> storedId() {
        return switch (tap) {
            case SseTap sse -> sse.facts().storedId();
            case PlainTap plain ->
                done.future()
                        .map(ended ->
                                plain.usage() == null ? null : plain.usage().storedId());
            default -> Future.succeededFuture(null);
        };
    }

    @Override
    public void delivered(long count) {
        bytes += count;
    }

    @Override
    public Future<Completion> done() {
        return done.future();
    }

    @Override
    public void ended(Ending ending) {
        if (done.future().isComplete()) {
            return;
        }
        if (ending != Ending.COMPLETE) {
            response.reset();
        }
        if (tap instanceof SseTap sse) {
            sse.facts().announceNothingMore();
        }
        done.tryComplete(
                switch (tap) {
                    case SseTap sse ->
                        new Completion(
                                sse.sawError() && ending == Ending.COMPLETE ? Ending.UPSTREAM_BROKE : ending,
                                sse.facts().usage(),
                                sse.facts().reported(),
                                sse.facts().finishReason(),
                                bytes,
                                sse.facts().firstTokenNanos());
                    case PlainTap plain
                    when plain.usage() != null ->
                        new Completion(
                                ending,
                                plain.usage().usage(),
                                plain.usage().reported(),
                                plain.usage().finishReason(),
                                bytes,
                                0);
                    default -> new Completion(ending, null, null, bytes, 0);
                });
    }
}
