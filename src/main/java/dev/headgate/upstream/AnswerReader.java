// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.CallFailure;
import dev.headgate.call.Cancellation;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.OutputCount;
import dev.headgate.call.Reply;
import dev.headgate.call.Reported;
import dev.headgate.call.RequestBody;
import dev.headgate.call.UnaryReply;
import dev.headgate.call.UpstreamFault;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.Locale;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Makes a reply of one backend's answer once its head is there, or says why it is none. Small answers are taken whole, so that a
 * backend that dies in the middle of one can still be told from a complete one; large ones are handed on as they come, and event
 * streams once they are committed. Confined to the call's event loop.
 */
final class AnswerReader {
    /** Bytes up to which an answer is taken whole. */
    static final int MAX_WHOLE = 1024 * 1024;

    private final Call call;
    private final Backend backend;
    private final Transport.Response response;
    private final Cancellation cancellation;
    private final MultiMap headers;
    private final String type;
    private final @Nullable String encoding;

    /** @param cancellation of this try */
    AnswerReader(Call call, Backend backend, Transport.Response response, Cancellation cancellation) {
        this.call = call;
        this.backend = backend;
        this.response = response;
        this.cancellation = cancellation;
        this.headers = MultiMap.caseInsensitiveMultiMap().addAll(response.headers());
        String contentType = headers.get("content-type");
        this.type = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
        String contentEncoding = headers.get("content-encoding");
        this.encoding = "identity".equalsIgnoreCase(contentEncoding) ? null : contentEncoding;
    }

    Future<Reply> read() {
        if (response.status() >= 500) {
            return whole().compose(body -> Future.failedFuture(failed(body)));
        }
        if (isTooLarge()) {
            return refuse(ErrorKind.UPSTREAM_PROTOCOL_ERROR, AnswerSize.tooLarge(AnswerSize.most(call.endpoint())));
        }
        if (type.startsWith("text/event-stream") && response.status() < 400) {
            return stream();
        }
        if (isOfNoApi()) {
            return refuse(
                    ErrorKind.UPSTREAM_FAILED,
                    "answered with %s (status %d), not with the API's answer: check its baseUrl."
                            .formatted(
                                    type.startsWith("text/html") ? "a web page" : "another type", response.status()));
        }
        boolean json = type.contains("json");
        if (!json && !type.startsWith("text/") && !type.isEmpty()) {
            return Future.succeededFuture(plain(Buffer.buffer(), false));
        }
        return whole().map(body -> body.rest ? plain(body.bytes, json && encoding == null) : unary(body.bytes, json));
    }

    private boolean isTooLarge() {
        String length = headers.get("content-length");
        return length != null
                && length.matches("\\d{1,18}")
                && Long.parseLong(length) > AnswerSize.most(call.endpoint());
    }

    /** Whether the content type cannot be this endpoint's; a missing one is forgiven. */
    private boolean isOfNoApi() {
        if (type.startsWith("text/html")) {
            return call.endpoint().kind() == Endpoint.Kind.METERED;
        }
        return switch (call.endpoint()) {
            case CHAT, COMPLETIONS, RESPONSES, EMBEDDINGS, MODERATIONS ->
                response.status() < 300 && !type.isEmpty() && !type.contains("json");
            default -> false;
        };
    }

    private Future<Reply> stream() {
        Inflation inflation = null;
        if (encoding != null) {
            inflation = Inflation.of(encoding);
            if (inflation == null) {
                return Future.succeededFuture(plain(Buffer.buffer(), false));
            }
            // Comments and error events cannot be written into compressed bytes, so a stream is handed on inflated.
            headers.remove("content-encoding");
        }
        boolean takeOut =
                call.body() instanceof RequestBody.Json json && json.lacksUsageRequest() && backend.askUsage();
        SseTap tap = new SseTap(
                response.body(),
                backend.name(),
                call.endpoint(),
                response.headers(),
                takeOut,
                inflation,
                call.record().countOutput());
        cancellation.onCancel(() -> tap.cut(Transport.reason(cancellation)));
        return tap.open()
                .onFailure(given -> response.reset())
                .map(committed -> new StreamReply(response, headers, tap, null));
    }

    private Reply plain(Buffer prefix, boolean json) {
        PlainTap tap = new PlainTap(response.body(), backend.name(), AnswerSize.most(call.endpoint()), prefix, json);
        cancellation.onCancel(() -> tap.cut(Transport.reason(cancellation)));
        UpstreamFault fault = response.status() < 400
                ? null
                : new UpstreamFault(response.status(), null, null, RetryAfter.of(response.status(), headers));
        return new StreamReply(response, headers, tap, fault);
    }

    private Reply unary(Buffer body, boolean json) {
        UpstreamFault fault = null;
        UsageReader seen = null;
        if (json || response.status() >= 400) {
            Buffer plain = unpacked(body);
            if (response.status() >= 400) {
                fault = UpstreamMessage.in(plain).fault(response.status(), headers);
            } else {
                Bytes bytes = Bytes.of(plain);
                seen = UsageReader.read(bytes.array(), bytes.from(), bytes.length());
                if (seen.usage() == null) {
                    countText(bytes);
                }
            }
        }
        return new UnaryReply(
                response.status(),
                headers,
                body,
                seen == null ? null : seen.usage(),
                seen == null ? Reported.NOTHING : seen.reported(),
                seen == null ? null : seen.finishReason(),
                fault);
    }

    private void countText(Bytes bytes) {
        AnswerText text = AnswerText.ofAnswers(call.endpoint());
        OutputCount output = text == null ? null : call.record().countOutput();
        if (text != null && output != null) {
            text.find(bytes.array(), bytes.from(), bytes.to(), output);
        }
    }

    /** The body without its compression; nothing if that is not known or broken. */
    private Buffer unpacked(Buffer body) {
        if (encoding == null) {
            return body;
        }
        Bytes bytes = Bytes.of(body);
        try (Inflation inflation = Inflation.of(encoding)) {
            return inflation == null ? Buffer.buffer() : inflation.inflate(bytes.array(), bytes.from(), bytes.to());
        } catch (DataFormatException unreadable) {
            return Buffer.buffer();
        }
    }

    /** Takes the body up to {@link #MAX_WHOLE} bytes; what is larger stays paused in the response. */
    private Future<Collected> whole() {
        Promise<Collected> promise = Promise.promise();
        ReadStream<Buffer> body = response.body();
        Buffer[] collected = new Buffer[1];
        Runnable forget = cancellation.onCancel(() -> {
            if (promise.tryFail(Transport.reason(cancellation).asFailure())) {
                response.reset();
            }
        });
        body.exceptionHandler(cause -> promise.tryFail(
                Breakage.isUnreadable(cause)
                        ? failure(
                                ErrorKind.UPSTREAM_PROTOCOL_ERROR,
                                "sent an answer that is not framed as HTTP wants it.")
                        : failure(ErrorKind.UPSTREAM_FAILED, "broke off in the middle of its answer.")));
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

    private CallFailure failed(Collected body) {
        if (body.rest) {
            response.reset();
        }
        ErrorKind kind = switch (response.status()) {
            case 503, 529 -> ErrorKind.UPSTREAM_UNAVAILABLE;
            case 504 -> ErrorKind.UPSTREAM_TIMEOUT;
            default -> ErrorKind.UPSTREAM_FAILED;
        };
        UpstreamMessage said = UpstreamMessage.in(unpacked(body.bytes));
        UpstreamFault fault = said.fault(response.status(), headers);
        String message = "Backend \"%s\" answered with status %d%s"
                .formatted(backend.name(), response.status(), said.message() == null ? "." : ": " + said.message());
        return new CallFailure(new GatewayError(kind, message, null, fault.retryAfter()), fault);
    }

    private <T> Future<T> refuse(ErrorKind kind, String what) {
        response.reset();
        return Future.failedFuture(failure(kind, what));
    }

    private CallFailure failure(ErrorKind kind, String what) {
        return GatewayError.of(kind, "Backend \"%s\" %s".formatted(backend.name(), what))
                .asFailure();
    }

    private record Collected(Buffer bytes, boolean rest) {}
}
