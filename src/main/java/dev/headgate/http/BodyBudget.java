// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The bytes that all request bodies of the process may hold together. Small bodies are counted but never wait; larger ones wait
 * in order of arrival, for a bounded time. Thread-safe.
 */
final class BodyBudget {
    /** Up to this many bytes a body never waits. */
    static final long SMALL = 64 << 10;

    private final long limit;
    private final Duration patience;
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private long used;

    /**
     * A budget.
     *
     * @param limit in bytes; a single body above it is let in when it is alone
     */
    BodyBudget(long limit) {
        this(limit, Duration.ofSeconds(1));
    }

    BodyBudget(long limit, Duration patience) {
        this.limit = limit;
        this.patience = patience;
    }

    /**
     * Takes bytes for a body. Completes on the given context, at once if there is room.
     *
     * @return fails with a {@link dev.headgate.call.CallFailure} 503 if there was no room within the patience
     */
    Future<Lease> acquire(long bytes, Context context) {
        Lease lease = new Lease(context);
        return lease.grow(bytes).map(lease);
    }

    /** Bytes in use now; small bodies can take it above the limit. */
    synchronized long used() {
        return used;
    }

    /** How many bodies wait for room. */
    synchronized int waiting() {
        return waiters.size();
    }

    private boolean hasRoom(Lease lease, long more) {
        return used + more <= limit || used == lease.held;
    }

    private void take(Lease lease, long more) {
        lease.held += more;
        used += more;
    }

    /** Gives room to as many waiters as there is room for, in their order. */
    private void giveBack(Lease lease, long bytes) {
        List<Waiter> granted;
        synchronized (this) {
            lease.held -= bytes;
            used -= bytes;
            granted = grant();
        }
        granted.forEach(Waiter::succeed);
    }

    private List<Waiter> grant() {
        List<Waiter> granted = new ArrayList<>();
        Waiter first;
        while ((first = waiters.peek()) != null && hasRoom(first.lease, first.more)) {
            waiters.remove();
            take(first.lease, first.more);
            granted.add(first);
        }
        return granted;
    }

    private void expire(Waiter waiter) {
        List<Waiter> granted;
        synchronized (this) {
            if (!waiters.remove(waiter)) {
                return;
            }
            granted = grant();
        }
        granted.forEach(Waiter::succeed);
        waiter.promise.fail(new GatewayError(
                        ErrorKind.OVERLOADED,
                        "The gateway has no room for another large request body right now; try again in a moment.",
                        null,
                        Duration.ofSeconds(1))
                .asFailure());
    }

    /** What one body holds. Used from one context; only {@link #release} may come from anywhere. */
    final class Lease {
        private final Context context;
        private long held;
        private boolean released;

        private Lease(Context context) {
            this.context = context;
        }

        /** Takes more, under the same rules as {@link BodyBudget#acquire}. */
        Future<Void> grow(long more) {
            synchronized (BodyBudget.this) {
                if (held + more <= SMALL || (waiters.isEmpty() && hasRoom(this, more))) {
                    take(this, more);
                    return Future.succeededFuture();
                }
                Waiter waiter = new Waiter(this, more);
                waiters.add(waiter);
                return waiter.promise.future();
            }
        }

        /** Takes more if that needs no waiting. */
        boolean tryGrow(long more) {
            synchronized (BodyBudget.this) {
                boolean room = waiters.isEmpty() && hasRoom(this, more);
                if (room) {
                    take(this, more);
                }
                return room;
            }
        }

        /** Gives back what is held above a number of bytes. */
        void shrinkTo(long bytes) {
            giveBack(this, Math.max(0, held - bytes));
        }

        /** Gives everything back. Idempotent. */
        void release() {
            synchronized (BodyBudget.this) {
                if (released) {
                    return;
                }
                released = true;
            }
            shrinkTo(0);
        }
    }

    private final class Waiter {
        private final Lease lease;
        private final long more;
        private final Promise<Void> promise = Promise.promise();
        private final long timer;

        private Waiter(Lease lease, long more) {
            this.lease = lease;
            this.more = more;
            this.timer = lease.context
                    .owner()
                    .setTimer(patience.toMillis(), id -> lease.context.runOnContext(v -> expire(this)));
        }

        private void succeed() {
            lease.context.runOnContext(v -> {
                lease.context.owner().cancelTimer(timer);
                promise.complete();
            });
        }
    }
}
