// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.Call;
import dev.headgate.call.CallFailure;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Cancellation;
import dev.headgate.call.Completion;
import dev.headgate.call.Ending;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.OnDisconnect;
import dev.headgate.call.Principal;
import dev.headgate.call.Reply;
import dev.headgate.call.RequestBody;
import dev.headgate.call.Timing;
import dev.headgate.pipeline.Stage;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.file.FileSystemException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client request from its head to its last byte: opens and closes the record, watches the deadline, notices a client that
 * leaves, and stops the work that nobody waits for. Confined to the connection's event loop.
 */
final class ClientCall implements LoopTicker.Watched {
    /** In the log only: nobody is left to read it. */
    static final int CLIENT_CLOSED_REQUEST = 499;

    private static final Logger LOG = LoggerFactory.getLogger(ClientCall.class);

    private final ApiLoop loop;
    private final HttpServerRequest request;
    final CallRecord record;
    final Live live;
    private final ConnectionGuard.Guarded connection;
    private final AnswerWriter answer;
    private final Cancellation cancellation = new Cancellation();
    private final Timing timing = new Timing();
    private @Nullable Call call;
    private boolean admitted;
    private boolean over;
    private long leftNanos;

    ClientCall(
            ApiLoop loop,
            HttpServerRequest request,
            Context context,
            CallRecord record,
            Live live,
            ConnectionGuard.Guarded connection) {
        this.loop = loop;
        this.request = request;
        this.record = record;
        this.live = live;
        this.connection = connection;
        this.answer = new AnswerWriter(loop, request, context, record, connection, this::end);
        connection.requestBegan();
        loop.began(this);
        HttpServerResponse response = request.response();
        response.exceptionHandler(this::connectionFailed);
        response.closeHandler(v -> clientGone());
    }

    HttpServerRequest request() {
        return request;
    }

    /** The event loop has taken the call, so that its end counts. */
    void admit() {
        admitted = true;
    }

    boolean isAdmitted() {
        return admitted;
    }

    /** Sends an accepted call into its chain. */
    void proceed(
            Principal principal,
            Endpoint endpoint,
            Map<String, String> pathParams,
            MultiMap headers,
            RequestBody body,
            Stage.Next chain) {
        if (over || answer.isEnding()) {
            body.release();
            return;
        }
        Call made = new Call(
                record.id,
                principal,
                endpoint,
                pathParams,
                request.query(),
                headers,
                body,
                record,
                cancellation,
                timing,
                clientAddress(),
                request.getHeader("x-headgate-route"),
                null,
                null);
        call = made;
        record.bodyReadNanos = System.nanoTime();
        chain.proceed(made).onSuccess(this::deliver).onFailure(this::fail);
    }

    private String clientAddress() {
        SocketAddress remote = request.remoteAddress();
        String socket = remote == null ? null : remote.hostAddress();
        return ClientAddress.of(
                socket == null ? "unknown" : socket,
                request.headers().getAll("x-forwarded-for"),
                loop.settings().trustedProxy());
    }

    /** Answers with a reply, or tells it that nobody wants it any more. */
    void deliver(Reply made) {
        releaseBody();
        GatewayError why = cancellation.reason();
        if (over) {
            made.ended(Ending.CLIENT_GONE);
        } else if (why != null && !record.degraded) {
            made.ended(Ending.CUT);
            answer.fail(why, false);
        } else {
            answer.send(made);
        }
    }

    /** Answers with an error; whatever is not a {@link CallFailure} is a bug, whose stack is logged once. */
    void fail(Throwable cause) {
        if (over) {
            return;
        }
        GatewayError why = cancellation.reason();
        if (why != null) {
            answer.fail(why, false);
        } else if (cause instanceof CallFailure failure) {
            answer.fail(failure.error(), false);
        } else {
            LOG.error("Call {} failed unexpectedly", record.id, cause);
            answer.fail(
                    GatewayError.of(
                            ErrorKind.INTERNAL,
                            "Something went wrong inside the gateway. The call id %s names it in the log."
                                    .formatted(record.id)),
                    false);
        }
    }

    /** The body could not be taken in: an answer, a disk of ours that failed, or else the client broke it off. */
    void bodyFailed(Throwable cause) {
        if (cause instanceof CallFailure failure) {
            // The rest of a body that was refused on its way is not waited for.
            fail(failure.error(), !request.isEnded());
        } else if (cause instanceof FileSystemException) {
            fail(cause);
        } else if (!over && !answer.isEnding()) {
            clientGone();
        }
    }

    /** @param close whether the connection may not be used again, because its next bytes may not be what they seem */
    void fail(GatewayError error, boolean close) {
        if (!over) {
            answer.fail(error, close);
        }
    }

    /** Ends the call for a reason of our own: its deadline, or the end of the drain. */
    void cut(GatewayError error) {
        if (over) {
            return;
        }
        cancellation.cancel(error);
        answer.fail(error, false);
    }

    @Override
    public void tick(long nowNanos) {
        if (over) {
            return;
        }
        if (record.drained
                && nowNanos - leftNanos > loop.settings().times().drain().toNanos()) {
            cancellation.cancel(null);
            answer.over(Ending.CLIENT_GONE);
            return;
        }
        if (!answer.isEnding() && nowNanos - record.startedNanos > timing.totalNanos()) {
            cut(GatewayError.of(
                    ErrorKind.UPSTREAM_TIMEOUT,
                    "No answer was complete in time (timeouts.total %s)."
                            .formatted(text(Duration.ofNanos(timing.totalNanos())))));
            return;
        }
        if (!answer.isEnding()) {
            timing.tick(nowNanos);
        }
        if (over) {
            return;
        }
        if (answer.isOpen()
                && call != null
                && record.stream
                && nowNanos - record.bodyReadNanos > timing.earlyHeadNanos()) {
            answer.earlyHead();
        } else {
            answer.tick(nowNanos);
        }
    }

    /** What the decoder refuses inside a body is the client's mistake, and can still be told; any other cause ends the connection. */
    private void connectionFailed(Throwable cause) {
        boolean closed = cause instanceof HttpClosedException
                || cause instanceof StreamResetException
                || cause instanceof IOException;
        if (closed || over || call != null) {
            clientGone();
            return;
        }
        answer.fail(
                GatewayError.of(ErrorKind.INVALID_REQUEST, "The request's body is not framed as HTTP wants it."), true);
        Connections.flush(request.connection());
    }

    private void clientGone() {
        if (over || record.drained) {
            return;
        }
        if (record.status == 0) {
            record.status = CLIENT_CLOSED_REQUEST;
        }
        if (call == null || answer.isEnding() || cancellation.onDisconnect() == OnDisconnect.CANCEL) {
            answer.over(Ending.CLIENT_GONE);
            return;
        }
        record.drained = true;
        leftNanos = System.nanoTime();
        connection.requestEnded(request.isEnded());
        answer.drain();
        cancellation.leave();
    }

    private void end(Ending ending) {
        over = true;
        if (ending != Ending.COMPLETE) {
            cancellation.cancel(null);
        }
        loop.ended(this);
        if (!record.drained) {
            connection.requestEnded(request.isEnded());
        }
        releaseBody();
        Completion completion = record.completion;
        if (record.error == null && completion != null && completion.ending() == Ending.UPSTREAM_BROKE) {
            record.error = ErrorKind.UPSTREAM_FAILED;
            record.errorMessage = "The backend reported an error in its stream.";
        }
        record.close(System.nanoTime());
    }

    private void releaseBody() {
        if (call != null) {
            call.body().release();
        }
    }

    /** As the configuration writes it. */
    private static String text(Duration limit) {
        return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + "s" : limit.toMillis() + "ms";
    }
}
