// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import dev.headgate.testkit.Behaviour.Cut;
import dev.headgate.testkit.Behaviour.Stop;
import dev.headgate.testkit.Body.Content;
import dev.headgate.testkit.Body.Kind;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Plays one {@link Behaviour} to one request; everything on the request's event loop. */
final class Playback {
    private final Vertx vertx;
    private final Behaviour behaviour;
    private final Received received;
    private final Runnable onSent;
    private final HttpServerResponse response;
    private final Wire wire;
    private final Stop stop;
    private final Deque<Buffer> ready = new ArrayDeque<>();
    private Iterator<Buffer> pieces = List.<Buffer>of().iterator();
    private @Nullable Gzip gzip;
    private Future<Void> written = Future.succeededFuture();
    private boolean raw;
    private long sentPieces;
    private long sentBytes;

    Playback(Vertx vertx, Behaviour behaviour, Received received, HttpServerRequest request, Runnable onSent) {
        this.vertx = vertx;
        this.behaviour = behaviour;
        this.received = received;
        this.onSent = onSent;
        this.response = request.response();
        this.wire = new Wire(request.connection());
        this.stop = behaviour.flow().stop();
    }

    void start() {
        later(behaviour.head().delay().toMillis(), this::head);
    }

    private void head() {
        var interims = Future.<Void>succeededFuture();
        for (var interim : behaviour.head().interim()) {
            interims = interims.compose(sent -> wire.write(Buffer.buffer(interim)));
        }
        interims.onSuccess(sent -> begin());
    }

    private void begin() {
        var content = behaviour.body().made().apply(received);
        var kind = behaviour.body().kind();
        raw = kind == Kind.RAW;
        pieces = content.pieces();
        if (raw) {
            next();
            return;
        }
        response.setStatusCode(behaviour.head().status());
        content.headers().forEach(response::putHeader);
        for (var header : behaviour.head().headers()) {
            response.headers().add(header.getKey(), header.getValue());
        }
        boolean compressed = compresses();
        if (compressed) {
            response.putHeader("content-encoding", "gzip").putHeader("vary", "accept-encoding");
        }
        if (kind == Kind.STREAM || content.isStream()) {
            response.setChunked(true);
            gzip = compressed ? new Gzip() : null;
        } else {
            whole(content, compressed);
        }
        response.writeHead().onSuccess(sent -> next());
    }

    private boolean compresses() {
        return switch (behaviour.compression()) {
            case NEVER -> false;
            case ALWAYS -> true;
            case IF_ALLOWED -> Gzip.allowed(received.headers().get("accept-encoding"));
        };
    }

    private void whole(Content content, boolean compressed) {
        var bytes = Buffer.buffer();
        content.pieces().forEachRemaining(bytes::appendBuffer);
        if (compressed) {
            var packer = new Gzip();
            bytes = packer.add(bytes).appendBuffer(packer.finish());
        }
        if (!response.headers().contains("content-length")) {
            response.putHeader("content-length", Integer.toString(bytes.length()));
        }
        pieces = List.of(bytes).iterator();
    }

    /** One write, then a turn of the event loop or the gap between pieces. */
    private void next() {
        if (received.isClosed() || response.closed()) {
            return;
        }
        if (ready.isEmpty() && !refill()) {
            return;
        }
        var bytes = ready.remove();
        if (sentBytes + bytes.length() >= stop.bytes()) {
            write(bytes.getBuffer(0, (int) (stop.bytes() - sentBytes)));
            halt();
            return;
        }
        sentBytes += bytes.length();
        write(bytes);
        whenWritable(() -> later(ready.isEmpty() ? behaviour.flow().gap().toMillis() : 0, this::next));
    }

    /** Makes the next piece ready to be written; false if there is none, and the answer was brought to its end. */
    private boolean refill() {
        if (sentPieces == stop.pieces()) {
            halt();
            return false;
        }
        if (pieces.hasNext()) {
            sentPieces++;
            split(gzip == null ? pieces.next() : gzip.add(pieces.next()));
            return !ready.isEmpty() || refill();
        }
        if (gzip != null) {
            split(gzip.finish());
            gzip = null;
            return true;
        }
        end();
        return false;
    }

    private void split(Buffer bytes) {
        for (int at = 0; at < bytes.length(); ) {
            int end =
                    (int) Math.min(bytes.length(), (long) at + behaviour.flow().split());
            ready.add(bytes.getBuffer(at, end));
            at = end;
        }
    }

    private void write(Buffer bytes) {
        written = raw ? wire.write(bytes) : response.write(bytes);
    }

    private void whenWritable(Runnable action) {
        if (!raw && response.writeQueueFull()) {
            response.drainHandler(drained -> {
                response.drainHandler(null);
                action.run();
            });
        } else {
            action.run();
        }
    }

    private void end() {
        if (raw) {
            tear(Cut.FIN);
        } else {
            onSent.run();
            response.end();
        }
    }

    /** What the script wants in the place of an end: a cut, or nothing at all. */
    private void halt() {
        if (!stop.cut().isEmpty()) {
            tear(stop.cut().getFirst());
        }
    }

    /** Only after the last write, because a close drops what the socket has not taken yet. */
    private void tear(Cut cut) {
        written.onComplete(last -> {
            onSent.run();
            wire.close(cut);
        });
    }

    private void later(long millis, Runnable action) {
        if (millis > 0) {
            vertx.setTimer(millis, fired -> action.run());
        } else {
            vertx.runOnContext(turn -> action.run());
        }
    }
}
