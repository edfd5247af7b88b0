// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Completion;
import dev.headgate.call.Ending;
import dev.headgate.call.Reply;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/** A reply whose body is still arriving from a backend. */
final class StreamReply implements Reply.Streaming {
    private final Transport.Response response;
    private final MultiMap headers;
    private final ReadStream<Buffer> tap;
    private final Promise<Completion> done = Promise.promise();
    private long bytes;

    StreamReply(Transport.Response response, MultiMap headers, ReadStream<Buffer> tap) {
        this.response = response;
        this.headers = headers;
        this.tap = tap;
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
    public ReadStream<Buffer> body() {
        return tap;
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
            case SseTap sse -> sse.storedId();
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
            sse.announceNothingMore();
        }
        done.tryComplete(
                switch (tap) {
                    case SseTap sse ->
                        new Completion(
                                sse.sawError() && ending == Ending.COMPLETE ? Ending.UPSTREAM_BROKE : ending,
                                sse.usage(),
                                sse.finishReason(),
                                bytes,
                                sse.firstTokenNanos());
                    case PlainTap plain
                    when plain.usage() != null ->
                        new Completion(
                                ending, plain.usage().usage(), plain.usage().finishReason(), bytes, 0);
                    default -> new Completion(ending, null, null, bytes, 0);
                });
    }
}
