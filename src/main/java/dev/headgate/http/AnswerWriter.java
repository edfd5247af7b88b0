// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.CallFailure;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Ending;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Reply;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The writing half of a call: one answer, whatever it is, exactly once, and said so that no client takes a broken one for complete.
 * Confined to the call's event loop.
 */
final class AnswerWriter implements Relay.Listener {
    private static final Buffer KEEP_ALIVE = Buffer.buffer(": keep-alive\n");
    private static final Buffer WAITING = Buffer.buffer(": waiting\n");

    /**
     * How far the answer is; it only ever moves down this list. Waiting: the head of a stream is out, but no backend has said
     * anything. Draining: the client has left, and the backend's answer is read without it. Ending: the last byte was written, and
     * may still wait for the client to take it.
     */
    private enum Phase {
        OPEN,
        WAITING,
        RELAYING,
        DRAINING,
        ENDING,
        OVER
    }

    private final ApiLoop loop;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Context context;
    private final CallRecord record;
    private final ConnectionGuard.Guarded connection;
    private final Consumer<Ending> whenOver;
    private final boolean http2;
    private final long keepAliveNanos;
    private final long stallNanos;
    private Phase phase = Phase.OPEN;
    private @Nullable Reply reply;
    private @Nullable Relay relay;
    private long lastWriteNanos;

    /** @param whenOver told once, when nothing more will be written */
    AnswerWriter(
            ApiLoop loop,
            HttpServerRequest request,
            Context context,
            CallRecord record,
            ConnectionGuard.Guarded connection,
            Consumer<Ending> whenOver) {
        this.loop = loop;
        this.request = request;
        this.response = request.response();
        this.context = context;
        this.record = record;
        this.connection = connection;
        this.whenOver = whenOver;
        this.http2 = request.version() == HttpVersion.HTTP_2;
        this.keepAliveNanos = loop.settings().times().keepAlive().toNanos();
        this.stallNanos = loop.settings().times().stall().toNanos();
    }

    /** Whether nothing was said at all. */
    boolean isOpen() {
        return phase == Phase.OPEN;
    }

    /** Whether all was written. */
    boolean isEnding() {
        return phase == Phase.ENDING || phase == Phase.OVER;
    }

    void send(Reply made) {
        switch (phase) {
            case OPEN -> {
                reply = made;
                record.status = made.status();
                begin(made);
            }
            case WAITING -> {
                reply = made;
                sendAfterEarlyHead(made);
            }
            case DRAINING -> {
                reply = made;
                drain(made);
            }
            default -> made.ended(Ending.CUT);
        }
    }

    /**
     * Says that something went wrong in the way that is left: a whole answer, an event in the stream, or a reset.
     *
     * @param close whether the connection may not be used again, because its next bytes may not be what they seem
     */
    void fail(GatewayError error, boolean close) {
        switch (phase) {
            case OPEN -> {
                note(error);
                record.status = error.kind().status();
                head(error.kind().status(), close);
                end(ErrorWriter.head(response, error));
            }
            case WAITING -> {
                note(error);
                end(ErrorWriter.event(record.endpoint, error));
            }
            case RELAYING -> breakOff(error, Ending.CUT);
            case DRAINING -> over(Ending.CLIENT_GONE);
            default -> {}
        }
    }

    /** Sends the head of a stream before any backend has said anything. */
    void earlyHead() {
        record.status = 200;
        head(200, false);
        response.putHeader("content-type", "text/event-stream; charset=utf-8").putHeader("cache-control", "no-cache");
        setChunked();
        phase = Phase.WAITING;
        write(WAITING);
    }

    /** Writes a comment where a stream was silent for long, and cuts a client that does not read. */
    void tick(long nowNanos) {
        long quiet = nowNanos - lastWriteNanos;
        if (phase == Phase.RELAYING) {
            watch(nowNanos);
        } else if (phase == Phase.WAITING && quiet > keepAliveNanos) {
            write(WAITING);
        } else if (phase == Phase.ENDING && quiet > stallNanos) {
            abort(Ending.CUT);
        }
    }

    /**
     * Lets the backend's answer come to its end without the client, which has left; nothing of it is kept. Told of an error or of its
     * end, it is over.
     */
    void drain() {
        phase = Phase.DRAINING;
        if (relay != null) {
            relay.stop();
        }
        if (reply != null) {
            drain(reply);
        }
    }

    private void drain(Reply made) {
        if (made instanceof Reply.Streaming streaming) {
            streaming
                    .body()
                    .handler(piece -> {})
                    .endHandler(v -> over(Ending.CLIENT_GONE))
                    .exceptionHandler(cause -> over(Ending.CLIENT_GONE))
                    .resume();
        } else {
            over(Ending.CLIENT_GONE);
        }
    }

    /** Ends the answer without another byte; what was being delivered is told how it ended. */
    void over(Ending ending) {
        if (phase == Phase.OVER) {
            return;
        }
        phase = Phase.OVER;
        if (relay != null) {
            relay.stop();
        }
        if (reply != null) {
            reply.ended(ending);
        }
        whenOver.accept(ending);
    }

    @Override
    public void upstreamEnded(Buffer last) {
        end(last);
    }

    @Override
    public void upstreamBroke(Throwable cause) {
        GatewayError error = cause instanceof CallFailure failure
                ? failure.error()
                : GatewayError.of(ErrorKind.UPSTREAM_FAILED, "The backend broke off.");
        breakOff(error, Ending.UPSTREAM_BROKE);
    }

    private void begin(Reply made) {
        head(made.status(), false);
        HeaderRules.addDown(made.headers(), response.headers());
        switch (made) {
            case Reply.Unary unary -> end(unary.body());
            case Reply.Streaming streaming -> {
                String length = streaming.sse() ? null : made.headers().get("content-length");
                if (length != null) {
                    response.putHeader("content-length", length);
                } else {
                    setChunked();
                }
                relay(streaming);
            }
        }
    }

    private void sendAfterEarlyHead(Reply made) {
        if (made instanceof Reply.Streaming streaming && streaming.sse() && made.status() == 200) {
            added().forEach((name, value) -> response.write(": " + name + ": " + value + "\n"));
            relay(streaming);
            return;
        }
        if (made instanceof Reply.Unary whole && made.status() == 200 && isEvents(made)) {
            end(whole.body());
            return;
        }
        made.ended(Ending.CUT);
        String said = made instanceof Reply.Unary unary ? unary.body().toString() : "";
        GatewayError error = GatewayError.of(
                ErrorKind.UPSTREAM_FAILED,
                "The backend answered with status " + made.status() + " after the stream had begun.");
        note(error);
        end(ErrorWriter.event(record.endpoint, said, error));
    }

    private static boolean isEvents(Reply reply) {
        String type = reply.headers().get("content-type");
        return type != null && type.startsWith("text/event-stream");
    }

    private void relay(Reply.Streaming streaming) {
        phase = Phase.RELAYING;
        lastWriteNanos = System.nanoTime();
        Relay made = new Relay(loop.turn(), context, response, streaming, this);
        relay = made;
        made.start();
    }

    private void watch(long nowNanos) {
        Relay running = relay;
        if (running == null) {
            return;
        }
        if (!response.headWritten()) {
            // The backend's head came alone; the client should not wait for the body to see it.
            response.writeHead();
        }
        long stalledSince = running.stalledSinceNanos();
        if (stalledSince != 0 && nowNanos - stalledSince > stallNanos) {
            record.errorMessage = "the client stopped reading";
            abort(Ending.CUT);
        } else if (nowNanos - Math.max(running.lastWriteNanos(), lastWriteNanos) > keepAliveNanos) {
            lastWriteNanos = nowNanos;
            running.interject(KEEP_ALIVE);
        }
    }

    /** Ends a body whose head is out so that no client takes it for complete: an error event, or a reset. */
    private void breakOff(GatewayError error, Ending ending) {
        note(error);
        boolean tellable = false;
        if (relay != null && reply instanceof Reply.Streaming streaming) {
            relay.flushAndStop();
            tellable = streaming.sse() && streaming.betweenEvents();
            streaming.ended(ending);
        }
        if (tellable) {
            end(ErrorWriter.event(record.endpoint, error));
        } else {
            abort(ending);
        }
    }

    private void abort(Ending ending) {
        if (http2) {
            over(ending);
            response.reset();
        } else {
            // Before the connection learns that its last request is over, which may close it in good order.
            Connections.reset(request.connection());
            over(ending);
        }
    }

    private void head(int status, boolean close) {
        response.setStatusCode(status).putHeader("x-request-id", record.requestId);
        boolean unread = BodyIntake.hasBody(request) && !request.isEnded();
        boolean spent = close || loop.isDraining() || request.version() == HttpVersion.HTTP_1_0;
        if (!http2 && (spent || (unread && !BodyIntake.isSoonRead(request)))) {
            response.putHeader("connection", "close");
            connection.doom();
        }
        if (unread) {
            request.resume();
        }
        added().forEach(response::putHeader);
    }

    private MultiMap added() {
        return AnswerHeaders.of(record, loop.settings().tells(record.principal));
    }

    private void setChunked() {
        if (request.version() == HttpVersion.HTTP_1_1) {
            response.setChunked(true);
        }
    }

    private void write(Buffer comment) {
        lastWriteNanos = System.nanoTime();
        response.write(comment);
    }

    private void end(Buffer last) {
        phase = Phase.ENDING;
        lastWriteNanos = System.nanoTime();
        Future<Void> written = last.length() == 0 && response.headWritten() ? response.end() : response.end(last);
        written.onComplete(done -> over(done.succeeded() ? Ending.COMPLETE : Ending.CLIENT_GONE));
    }

    private void note(GatewayError error) {
        record.error = error.kind();
        record.errorMessage = error.message();
    }
}
