// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import dev.headgate.call.Backend;
import dev.headgate.call.Cancellation;
import dev.headgate.call.DemoSettings;
import dev.headgate.upstream.Transport;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.streams.ReadStream;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A backend inside the process that answers as OpenAI's API would, without network or key, and deterministically: equal requests
 * get equal bytes, ids and {@code created} included, except where a model fails on purpose ({@link Failures}). Tokens are words
 * ({@link Tokens}). Runs on the event-loop context that calls {@link #send}.
 */
public final class DemoTransport implements Transport {
    private final Vertx vertx;
    private final DemoApi api;
    private final Function<Backend, DemoSettings> settings;

    public DemoTransport(Vertx vertx) {
        this(vertx, backend -> orDefault(backend.demo()));
    }

    DemoTransport(Vertx vertx, Function<Backend, DemoSettings> settings) {
        this.vertx = vertx;
        this.api = new DemoApi(new Failures(vertx));
        this.settings = settings;
    }

    @Override
    public Future<Response> send(Request request, Cancellation cancellation) {
        var backend = request.backend();
        var context = ((VertxInternal) vertx).getOrCreateContext();
        return Upload.read(request.body())
                .map(body -> api.answer(backend.name(), settings.apply(backend), request.method(), request.uri(), body))
                .compose(reply -> after(reply.delay(), context, reply, cancellation));
    }

    private static DemoSettings orDefault(@Nullable DemoSettings set) {
        return set == null ? DemoSettings.DEFAULT : set;
    }

    private Future<Response> after(long nanos, ContextInternal context, DemoReply reply, Cancellation cancellation) {
        Promise<Response> head = context.promise();
        if (nanos == 0) {
            head.complete(new DemoResponse(reply, new DemoBody(vertx, context, reply.frames())));
            return head.future();
        }
        long timer = vertx.setTimer(
                TimeUnit.NANOSECONDS.toMillis(nanos) + 1,
                fired -> head.complete(new DemoResponse(reply, new DemoBody(vertx, context, reply.frames()))));
        Runnable forget = cancellation.onCancel(() -> {
            if (vertx.cancelTimer(timer)) {
                head.fail(Transport.reason(cancellation).asFailure());
            }
        });
        return head.future().onComplete(done -> forget.run());
    }

    private record DemoResponse(int status, MultiMap headers, DemoBody stream) implements Response {
        DemoResponse(DemoReply reply, DemoBody stream) {
            this(reply.status(), MultiMap.caseInsensitiveMultiMap(), stream);
            headers.set(HttpHeaders.CONTENT_TYPE, reply.contentType());
            if (reply.length() >= 0) {
                headers.set(HttpHeaders.CONTENT_LENGTH, Long.toString(reply.length()));
            }
        }

        @Override
        public ReadStream<Buffer> body() {
            return stream;
        }

        @Override
        public void reset() {
            stream.stop();
        }
    }
}
