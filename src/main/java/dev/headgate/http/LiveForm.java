// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * A request's body as it arrives. It reads no further than it is asked, fails when the client leaves, and bounds the length.
 * Takes the request's handlers; confined to its event loop.
 */
final class LiveForm implements FormSource {
    private final HttpServerRequest request;
    private final long max;
    private long received;
    private boolean ended;
    private boolean closed;
    private @Nullable Throwable failure;
    private @Nullable Promise<@Nullable Buffer> asked;
    private Handler<Throwable> onFailure = cause -> {};

    LiveForm(HttpServerRequest request, long max) {
        this.request = request.pause();
        this.max = max;
        request.handler(this::data);
        request.endHandler(v -> end());
        request.exceptionHandler(this::fail);
    }

    @Override
    public Future<@Nullable Buffer> next() {
        if (failure != null) {
            return Future.failedFuture(failure);
        }
        if (ended) {
            return Future.succeededFuture();
        }
        Promise<@Nullable Buffer> promise = Promise.promise();
        asked = promise;
        request.fetch(1);
        return promise.future();
    }

    /** Calls back at once when the body fails, even if nobody has asked for more of it. */
    void onFailure(Handler<Throwable> handler) {
        onFailure = handler;
        if (failure != null) {
            handler.handle(failure);
        }
    }

    /** Drops the rest as it comes, because most clients read no answer before they have sent everything. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        onFailure = cause -> {};
        asked = null;
        if (!ended) {
            request.resume();
        }
    }

    private void data(Buffer piece) {
        received += piece.length();
        if (closed && received > max) {
            request.connection().close();
        }
        if (failure != null || closed) {
            return;
        }
        if (received > max) {
            fail(BodyReader.tooLarge(max, "server.maxUpload"));
            return;
        }
        Promise<@Nullable Buffer> waiting = take();
        if (waiting != null) {
            waiting.complete(piece);
        }
    }

    private void end() {
        ended = true;
        Promise<@Nullable Buffer> waiting = take();
        if (waiting != null) {
            waiting.complete();
        }
    }

    private void fail(Throwable cause) {
        if (failure != null || ended) {
            return;
        }
        failure = cause;
        Promise<@Nullable Buffer> waiting = take();
        if (waiting != null) {
            waiting.fail(cause);
        }
        onFailure.handle(cause);
    }

    private @Nullable Promise<@Nullable Buffer> take() {
        Promise<@Nullable Buffer> waiting = asked;
        asked = null;
        return waiting;
    }
}
