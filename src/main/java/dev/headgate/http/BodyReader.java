// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads one request's body into one array, within the size limit, the process budget and a deadline. Confined to the request's
 * event loop. It takes the request's handlers; whoever watches for the client's leaving meanwhile uses the response's.
 */
final class BodyReader {
    private static final int FIRST_CHUNK = 16 << 10;
    private static final byte[] NOTHING = {};

    private final HttpServerRequest request;
    private final Limits limits;
    private final Context context;
    private final long declared;
    private final Promise<Received> promise = Promise.promise();
    private byte[] bytes = NOTHING;
    private int received;
    private BodyBudget.@Nullable Lease lease;
    private long timer = -1;
    private boolean done;

    private BodyReader(HttpServerRequest request, Limits limits, Context context, long declared) {
        this.request = request;
        this.limits = limits;
        this.context = context;
        this.declared = declared;
    }

    /**
     * How much and how long.
     *
     * @param maxBody bytes
     * @param base the time that any body may take
     * @param perMegabyte the time on top for each megabyte of the declared length, or of what has arrived
     */
    record Limits(long maxBody, Duration base, Duration perMegabyte) {
        static Limits of(long maxBody) {
            return new Limits(maxBody, Duration.ofSeconds(30), Duration.ofSeconds(1));
        }
    }

    /** A whole body, and what it holds of the budget; whoever gets it releases the lease. */
    static final class Received {
        private final byte[] bytes;
        private final BodyBudget.Lease lease;

        private Received(byte[] bytes, BodyBudget.Lease lease) {
            this.bytes = bytes;
            this.lease = lease;
        }

        /** The array itself, of the body's exact length. */
        byte[] bytes() {
            return bytes;
        }

        BodyBudget.Lease lease() {
            return lease;
        }
    }

    /**
     * Reads the body; called on the request's context, with the request paused since its head. A {@code 100 Continue} that the
     * client waits for is sent once the body is sure to be taken.
     *
     * @return fails with a {@link dev.headgate.call.CallFailure}: 400 for a broken length, 408, 413 or 503; with any other cause
     *     if the client left. After a failure the request is paused and unread: the connection has to be closed.
     */
    static Future<Received> read(HttpServerRequest request, BodyBudget budget, Limits limits) {
        request.pause();
        long declared;
        try {
            declared = declaredLength(request, limits.maxBody, "server.maxBody");
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
        Context context = Objects.requireNonNull(Vertx.currentContext(), "called off the event loop");
        BodyReader reader = new BodyReader(request, limits, context, declared);
        reader.begin(budget);
        return reader.promise.future();
    }

    /** The length that the head declares, or -1; refuses one above a limit before anything is read. */
    static long declaredLength(HttpServerRequest request, long max, String key) {
        String header = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (header == null) {
            return -1;
        }
        long length;
        try {
            length = Long.parseLong(header.trim());
        } catch (NumberFormatException e) {
            length = -1;
        }
        if (length < 0) {
            throw GatewayError.of(ErrorKind.INVALID_REQUEST, "Content-Length is not a number of bytes.")
                    .asFailure();
        }
        if (length > max) {
            throw tooLarge(max, key);
        }
        return length;
    }

    static RuntimeException tooLarge(long max, String key) {
        return GatewayError.of(
                        ErrorKind.TOO_LARGE,
                        "The request body is larger than " + max + " bytes, the limit of this gateway (" + key + ").")
                .asFailure();
    }

    /** Sends the {@code 100 Continue} that a client waits for (RFC 9110, section 10.1.1). */
    static void invite(HttpServerRequest request) {
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
    }

    private void begin(BodyBudget budget) {
        request.handler(this::data);
        request.endHandler(v -> end());
        request.exceptionHandler(this::fail);
        budget.acquire(Math.max(0, declared), context).onComplete(this::start, this::fail);
    }

    private void start(BodyBudget.Lease granted) {
        if (done) {
            granted.release();
            return;
        }
        lease = granted;
        bytes = declared > 0 ? new byte[(int) declared] : NOTHING;
        arm(allowance());
        invite(request);
        request.resume();
    }

    /** Grants the time for what arrived since as well, so that a body of unknown length has its share. */
    private void arm(Duration wait) {
        long began = System.nanoTime();
        Duration granted = allowance();
        timer = context.owner().setTimer(Math.max(1, wait.toMillis()), id -> {
            Duration more = allowance().minus(granted);
            if (more.isPositive()) {
                arm(more.minusNanos(Math.max(0, System.nanoTime() - began - wait.toNanos())));
                return;
            }
            fail(GatewayError.of(
                            ErrorKind.REQUEST_TIMEOUT,
                            "The request body did not arrive in time: " + received + " bytes came.")
                    .asFailure());
        });
    }

    private Duration allowance() {
        return limits.base.plus(limits.perMegabyte.multipliedBy(Math.max(declared, received) >> 20));
    }

    private void data(Buffer chunk) {
        if (done) {
            return;
        }
        long needed = (long) received + chunk.length();
        if (needed > limits.maxBody) {
            fail(tooLarge(limits.maxBody, "server.maxBody"));
        } else if (needed <= bytes.length) {
            append(chunk);
        } else if (declared >= 0) {
            fail(broken());
        } else {
            growFor(chunk, (int) needed);
        }
    }

    private void growFor(Buffer chunk, int needed) {
        int size = (int) Math.max(needed, Math.min(limits.maxBody, Math.max(FIRST_CHUNK, bytes.length * 2L)));
        request.pause();
        Objects.requireNonNull(lease)
                .grow(size - bytes.length)
                .onComplete(
                        v -> {
                            if (done) {
                                giveBack();
                                return;
                            }
                            bytes = Arrays.copyOf(bytes, size);
                            append(chunk);
                            request.resume();
                        },
                        this::fail);
    }

    private void append(Buffer chunk) {
        chunk.getBytes(0, chunk.length(), bytes, received);
        received += chunk.length();
    }

    private void end() {
        if (done) {
            return;
        }
        if (declared >= 0 && received != declared) {
            fail(broken());
            return;
        }
        done = true;
        context.owner().cancelTimer(timer);
        byte[] exact = received == bytes.length ? bytes : Arrays.copyOf(bytes, received);
        forget();
        BodyBudget.Lease mine = Objects.requireNonNull(lease);
        mine.shrinkTo(received);
        promise.complete(new Received(exact, mine));
    }

    private void fail(Throwable cause) {
        if (done) {
            return;
        }
        done = true;
        context.owner().cancelTimer(timer);
        request.pause();
        forget();
        giveBack();
        promise.fail(cause);
    }

    /** The request outlives the body: nothing of it may hold on to the bytes. */
    private void forget() {
        bytes = NOTHING;
        request.handler(null);
        request.endHandler(null);
        request.exceptionHandler(null);
    }

    private void giveBack() {
        if (lease != null) {
            lease.release();
        }
    }

    private static RuntimeException broken() {
        return GatewayError.of(ErrorKind.INVALID_REQUEST, "The request body is not as long as Content-Length says.")
                .asFailure();
    }
}
