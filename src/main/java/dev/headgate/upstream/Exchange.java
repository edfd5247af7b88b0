// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.CallFailure;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Reply;
import dev.headgate.call.RequestBody;
import dev.headgate.call.Target;
import dev.headgate.call.UnaryReply;
import dev.headgate.pipeline.Stage;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.Locale;
import java.util.Map;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * The end of the attempt chain: one request to one target, and its answer as a reply. Small answers are taken whole, so that a
 * backend that dies in the middle of one can still be told from a complete one; large ones and streams are handed on.
 */
public final class Exchange implements Stage.Next {
    /** Bytes up to which an answer is taken whole. */
    static final int MAX_WHOLE = 1024 * 1024;

    private final Map<Backend.Dialect, Transport> transports;

    public Exchange(Map<Backend.Dialect, Transport> transports) {
        this.transports = Map.copyOf(transports);
    }

    @Override
    public Future<Reply> proceed(Call call) {
        Target target = call.attemptTarget();
        Backend backend = target.backend();
        CallRecord.Attempt attempt = call.record().attempt(target, System.nanoTime());
        Transport transport = transports.get(backend.dialect());
        if (transport == null) {
            throw new IllegalStateException("no transport for " + backend.dialect());
        }
        return transport
                .send(Providers.of(backend.dialect()).encode(call, target), call.cancellation())
                .compose(response -> {
                    attempt.headNanos = System.nanoTime();
                    attempt.status = response.status();
                    return reply(call, backend, response);
                })
                .onComplete(result -> {
                    attempt.endedNanos = System.nanoTime();
                    if (call.cancellation().isCancelled()) {
                        attempt.failure = "cancelled";
                    } else if (result.failed()) {
                        attempt.failure = result.cause() instanceof CallFailure failure
                                ? String.valueOf(failure.error().kind().code())
                                : "internal_error";
                    } else {
                        result.result().done().onComplete(done -> attempt.endedNanos = System.nanoTime());
                    }
                });
    }

    private static Future<Reply> reply(Call call, Backend backend, Transport.Response response) {
        String type = lower(response.headers().get("content-type"));
        String encoding = response.headers().get("content-encoding");
        if (response.status() >= 500) {
            return whole(call, response).compose(body -> Future.failedFuture(failed(backend, response, body)));
        }
        if (type.startsWith("text/event-stream") && response.status() < 400) {
            return Future.succeededFuture(stream(call, backend, response, encoding));
        }
        if (type.startsWith("text/html") && call.endpoint().kind() == Endpoint.Kind.METERED) {
            response.reset();
            return Future.failedFuture(GatewayError.of(
                            ErrorKind.UPSTREAM_FAILED,
                            "Backend \"%s\" answered with a web page (status %d), not with the API's answer: check its baseUrl."
                                    .formatted(backend.name(), response.status()))
                    .asFailure());
        }
        boolean json = type.contains("json");
        if (!json && !type.startsWith("text/") && !type.isEmpty()) {
            return Future.succeededFuture(plain(backend, response, Buffer.buffer(), false));
        }
        return whole(call, response).map(body -> {
            if (body.rest) {
                return plain(backend, response, body.bytes, json && encoding == null);
            }
            UsageReader seen = json ? usage(body.bytes, encoding) : null;
            return new UnaryReply(
                    response.status(),
                    copy(response.headers()),
                    body.bytes,
                    seen == null ? null : seen.usage(),
                    seen == null ? null : seen.finishReason());
        });
    }

    private static Reply stream(Call call, Backend backend, Transport.Response response, @Nullable String encoding) {
        Inflation inflation = null;
        MultiMap headers = copy(response.headers());
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            inflation = Inflation.of(encoding);
            if (inflation == null) {
                return plain(backend, response, Buffer.buffer(), false);
            }
            // Comments and error events cannot be written into compressed bytes, so a stream is handed on inflated.
            headers.remove("content-encoding");
        }
        boolean takeOut =
                call.body() instanceof RequestBody.Json json && json.lacksUsageRequest() && backend.askUsage();
        return new StreamReply(
                response, headers, new SseTap(response.body(), backend.name(), call.endpoint(), takeOut, inflation));
    }

    private static Reply plain(Backend backend, Transport.Response response, Buffer prefix, boolean json) {
        return new StreamReply(
                response, copy(response.headers()), new PlainTap(response.body(), backend.name(), prefix, json));
    }

    private static @Nullable UsageReader usage(Buffer body, @Nullable String encoding) {
        Bytes bytes = Bytes.of(body);
        if (encoding == null || encoding.equalsIgnoreCase("identity")) {
            return UsageReader.read(bytes.array(), bytes.from(), bytes.length());
        }
        try (Inflation inflation = Inflation.of(encoding)) {
            if (inflation == null) {
                return null;
            }
            Bytes plain = Bytes.of(inflation.inflate(bytes.array(), bytes.from(), bytes.to()));
            return UsageReader.read(plain.array(), plain.from(), plain.length());
        } catch (DataFormatException unreadable) {
            return null;
        }
    }

    /** Takes the body up to {@link #MAX_WHOLE} bytes; what is larger stays paused in the response. */
    private static Future<Collected> whole(Call call, Transport.Response response) {
        Promise<Collected> promise = Promise.promise();
        ReadStream<Buffer> body = response.body();
        Buffer[] collected = new Buffer[1];
        Runnable forget = call.cancellation().onCancel(() -> {
            if (promise.tryFail(GatewayError.of(ErrorKind.UPSTREAM_FAILED, "The call was cancelled.")
                    .asFailure())) {
                response.reset();
            }
        });
        body.exceptionHandler(cause -> promise.tryFail(
                GatewayError.of(ErrorKind.UPSTREAM_FAILED, "The backend broke off in the middle of its answer.")
                        .asFailure()));
        body.endHandler(
                v -> promise.tryComplete(new Collected(collected[0] == null ? Buffer.buffer() : collected[0], false)));
        body.handler(piece -> {
            collected[0] = collected[0] == null ? piece : collected[0].appendBuffer(piece);
            if (collected[0].length() > MAX_WHOLE) {
                body.pause();
                promise.tryComplete(new Collected(collected[0], true));
            }
        });
        body.resume();
        return promise.future().onComplete(done -> forget.run());
    }

    private static CallFailure failed(Backend backend, Transport.Response response, Collected body) {
        if (body.rest) {
            response.reset();
        }
        ErrorKind kind = switch (response.status()) {
            case 503, 529 -> ErrorKind.UPSTREAM_UNAVAILABLE;
            case 504 -> ErrorKind.UPSTREAM_TIMEOUT;
            default -> ErrorKind.UPSTREAM_FAILED;
        };
        String message = UpstreamMessage.in(body.bytes);
        return new GatewayError(
                        kind,
                        "Backend \"%s\" answered with status %d%s"
                                .formatted(backend.name(), response.status(), message == null ? "." : ": " + message),
                        null,
                        UpstreamMessage.retryAfter(response.headers()))
                .asFailure();
    }

    private static MultiMap copy(MultiMap headers) {
        return MultiMap.caseInsensitiveMultiMap().addAll(headers);
    }

    private static String lower(@Nullable String text) {
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }

    private record Collected(Buffer bytes, boolean rest) {}
}
