// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Call;
import dev.headgate.call.Guards.BulkheadRule;
import dev.headgate.call.Principal;
import dev.headgate.pipeline.FairQueue;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many calls a backend gets at once, over all event loops. Calls that find no slot wait, at most as many as there are slots,
 * and tenants take turns by their weights. A bound that was lowered, by a reload or because it adapts, takes effect as slots come
 * back. Thread-safe; what it holds is guarded by itself, and no foreign code runs under that lock.
 */
final class Bulkhead {
    private final LongSupplier clock;
    private final FairQueue<Waiter> waiters = new FairQueue<>();
    private @Nullable AdaptiveLimit adaptive;
    private int inUse;

    Bulkhead() {
        this(System::nanoTime);
    }

    /** @param clock nanoseconds */
    Bulkhead(LongSupplier clock) {
        this.clock = clock;
    }

    /** Whether a call would have to wait. */
    synchronized boolean isFull(BulkheadRule rule) {
        return inUse >= limitOf(rule) || waiters.size() > 0;
    }

    /**
     * Takes a slot, at once or after a bounded wait; fails with {@link NotAdmitted} when the wait is too long, when too many wait or
     * a tenant that has fewer waiting needs the place, and when the call is cancelled. To be called on the call's own event loop, and completes there.
     */
    Future<Slot> enter(BulkheadRule rule, Call call) {
        if (call.cancellation().isCancelled()) {
            return Future.failedFuture(full());
        }
        Waiter waiter;
        Waiter out;
        synchronized (this) {
            if (!isFull(rule)) {
                inUse++;
                return Future.succeededFuture(new Slot(rule));
            }
            if (rule.maxWait().isZero()) {
                return Future.failedFuture(full());
            }
            waiter = new Waiter(rule, Objects.requireNonNull(Vertx.currentContext(), "called off the event loop"));
            Principal who = call.principal();
            out = waiters.offer(who.tenant(), who.weight(), waiter, limitOf(rule));
        }
        if (out == waiter) {
            return Future.failedFuture(full());
        }
        if (out != null) {
            out.turnAway();
        }
        waiter.watch(call);
        return waiter.promise.future();
    }

    synchronized int inUse() {
        return inUse;
    }

    synchronized int waiting() {
        return waiters.size();
    }

    /** How many calls may be under way by this rule now. */
    synchronized int limitOf(BulkheadRule rule) {
        return rule.isAdaptive() ? adaptive().limit() : rule.maxConcurrent();
    }

    private AdaptiveLimit adaptive() {
        AdaptiveLimit known = adaptive;
        if (known == null) {
            known = new AdaptiveLimit();
            adaptive = known;
        }
        return known;
    }

    private void learn(long firstByteNanos) {
        List<Waiter> admitted;
        synchronized (this) {
            adaptive().firstByte(clock.getAsLong(), firstByteNanos, inUse);
            admitted = admit();
        }
        admitted.forEach(Waiter::hand);
    }

    private void leave(BulkheadRule rule, boolean overloaded) {
        List<Waiter> admitted;
        synchronized (this) {
            if (overloaded && rule.isAdaptive()) {
                adaptive().overloaded(clock.getAsLong());
            }
            inUse--;
            admitted = admit();
        }
        admitted.forEach(Waiter::hand);
    }

    /** Takes those from the front of the queue for whom there is a slot now. */
    private List<Waiter> admit() {
        Waiter first = waiters.peek();
        if (first == null) {
            return List.of();
        }
        List<Waiter> admitted = new ArrayList<>(1);
        while (first != null && inUse < limitOf(first.rule)) {
            waiters.poll();
            inUse++;
            admitted.add(first);
            first = waiters.peek();
        }
        return admitted;
    }

    /** Who is behind it may be of a rule that has slots left, which this one, of the rule before a reload, had not. */
    private void withdraw(Waiter waiter) {
        List<Waiter> admitted;
        synchronized (this) {
            admitted = waiters.remove(waiter) ? admit() : List.of();
        }
        admitted.forEach(Waiter::hand);
    }

    private static NotAdmitted full() {
        return new NotAdmitted(NotAdmitted.Why.BULKHEAD_FULL);
    }

    /** One call's place; confined to the call's event loop. */
    final class Slot {
        private final BulkheadRule rule;
        private boolean released;

        private Slot(BulkheadRule rule) {
            this.rule = rule;
        }

        /** Told when the first byte of the answer is there; nanoseconds since the request was sent. */
        void firstByte(long nanos) {
            if (rule.isAdaptive()) {
                learn(nanos);
            }
        }

        /**
         * Gives the place back; later calls are ignored.
         *
         * @param overloaded whether the backend said that it has too much to do
         */
        void release(boolean overloaded) {
            if (!released) {
                released = true;
                leave(rule, overloaded);
            }
        }
    }

    /** A call in the queue; but for its rule it is confined to the call's event loop. */
    private final class Waiter {
        private final BulkheadRule rule;
        private final Context loop;
        private final Promise<Slot> promise = Promise.promise();
        private Runnable forget = () -> {};
        private long timer = -1;

        Waiter(BulkheadRule rule, Context loop) {
            this.rule = rule;
            this.loop = loop;
        }

        void watch(Call call) {
            timer = loop.owner().setTimer(Math.max(1, rule.maxWait().toMillis()), id -> giveUp());
            forget = call.cancellation().onCancel(this::giveUp);
        }

        /** Called from whichever thread a slot came back on. */
        void hand() {
            loop.runOnContext(v -> take());
        }

        /** Somebody else has its place in the queue; called from any thread. */
        void turnAway() {
            loop.runOnContext(v -> giveUp());
        }

        private void take() {
            Slot slot = new Slot(rule);
            stopWatching();
            if (!promise.tryComplete(slot)) {
                // It gave up while the slot was on its way here, so the next one gets it.
                slot.release(false);
            }
        }

        private void giveUp() {
            withdraw(this);
            stopWatching();
            promise.tryFail(full());
        }

        private void stopWatching() {
            loop.owner().cancelTimer(timer);
            forget.run();
        }
    }
}
