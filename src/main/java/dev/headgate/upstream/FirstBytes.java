// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.codec.spi.BodyStream;
import org.jspecify.annotations.Nullable;

/** Keeps the beginning of a body and drops the rest, so that no answer is larger in memory than was asked for. */
final class FirstBytes implements BodyStream<Buffer> {
    private final int most;
    private final Buffer kept = Buffer.buffer();
    private final Promise<Buffer> result = Promise.promise();

    FirstBytes(int most) {
        this.most = most;
    }

    @Override
    public Future<Void> write(Buffer data) {
        int room = most - kept.length();
        if (room > 0) {
            kept.appendBuffer(data, 0, Math.min(room, data.length()));
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
        result.tryComplete(kept);
        return Future.succeededFuture();
    }

    @Override
    public void handle(Throwable cause) {
        result.tryFail(cause);
    }

    @Override
    public Future<Buffer> result() {
        return result.future();
    }

    @Override
    public FirstBytes exceptionHandler(@Nullable Handler<Throwable> handler) {
        return this;
    }

    @Override
    public FirstBytes setWriteQueueMaxSize(int size) {
        return this;
    }

    @Override
    public boolean writeQueueFull() {
        return false;
    }

    @Override
    public FirstBytes drainHandler(@Nullable Handler<Void> handler) {
        return this;
    }
}
