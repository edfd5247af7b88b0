// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.call.Call;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Principal;
import dev.headgate.call.Waited;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One call that asks for room until it has it or its time is over. Confined to the call's event loop, but for its place in a line, which
 * the {@link WaitingRoom} guards.
 */
final class WaitingCall {
    private static final long POLL_MILLIS = 50;
    private static final long LONGEST_POLL_MILLIS = 500;

    private final WaitingRoom room;
    private final QuotaStore store;
    private final Random random;
    private final Call call;
    private final Loop loop;
    private final long beganNanos;
    private final Promise<WaitingRoom.Answer> promise = Promise.promise();
    private Runnable forgetCall = () -> {};
    private Runnable stopClock = () -> {};
    private Runnable stopNext = () -> {};
    /** What the store is asked for: the wish, under an id of its own where the one before may not be used again. */
    private Reservation asked;

    private int asks;
    private int position;
    private int polls;
    private boolean asking;
    private boolean wokenMeanwhile;
    private boolean over;

    final Reservation wish;
    final long deadlineNanos;

    /** Guarded by the room. */
    WaitingRoom.@Nullable Line line;

    WaitingCall(
            WaitingRoom room, QuotaStore store, Random random, Call call, Reservation wish, Duration wait, Loop loop) {
        this.room = room;
        this.store = store;
        this.random = random;
        this.call = call;
        this.wish = wish;
        this.asked = wish;
        this.loop = loop;
        this.beganNanos = loop.nanoTime();
        this.deadlineNanos = beganNanos + wait.toNanos();
    }

    Principal principal() {
        return call.principal();
    }

    Future<WaitingRoom.Answer> begin() {
        WaitingRoom.Place place = room.joinAny(this);
        if (place == null) {
            ask();
        } else {
            take(place);
        }
        return promise.future();
    }

    /** From any thread: it may be its turn, or there may be room. */
    void wake() {
        loop.run(() -> {
            if (over || !room.isFirst(this)) {
                return;
            }
            if (asking) {
                wokenMeanwhile = true;
            } else {
                ask();
            }
        });
    }

    /** From any thread: a call of a tenant that has fewer waiting has its place. */
    private void turnAway() {
        loop.run(this::refuse);
    }

    private void ask() {
        stopNext.run();
        asking = true;
        wokenMeanwhile = false;
        store.reserve(asked).onComplete(this::answered);
    }

    private void answered(AsyncResult<Decision> result) {
        asking = false;
        Decision decision = result.result();
        if (over) {
            giveBack(decision);
        } else if (decision == null) {
            end(Waited.Outcome.REFUSED, Future.failedFuture(result.cause()));
        } else if (decision instanceof Decision.Refused refused && refused.reason() == Decision.Reason.EXCEEDED) {
            exceeded(refused);
        } else {
            boolean passed = decision instanceof Decision.Granted;
            end(passed ? Waited.Outcome.PASSED : Waited.Outcome.REFUSED, Future.succeededFuture(decision));
        }
    }

    /** The caller has gone while the store was asked: it must not keep what it got. */
    private void giveBack(@Nullable Decision decision) {
        if (!(decision instanceof Decision.Refused)) {
            // After a failure it is not known whether it was charged.
            store.release(asked.tenant(), asked.id()).onComplete(released -> room.released(wish));
        }
    }

    private void exceeded(Decision.Refused refused) {
        if (refused.source() == Decision.Source.LOCAL) {
            // The shared store may have been asked in vain, and takes back what it knows by this id whenever it hears
            // of it.
            asked = wish.as(wish.id() + '.' + ++asks);
        }
        Duration pause = pause(refused);
        long nextNanos = loop.nanoTime() + pause.toNanos();
        if (nextNanos - deadlineNanos > 0) {
            end(Waited.Outcome.REFUSED, Future.succeededFuture(refused));
            return;
        }
        WaitingRoom.Place place = room.join(this, refused, nextNanos);
        take(place);
        if (over || !place.first()) {
            return;
        }
        if (wokenMeanwhile) {
            ask();
        } else {
            stopNext = loop.after(pause, this::ask);
        }
    }

    /** Until the store says that there is room; a running call can end at any time, here or elsewhere. */
    private Duration pause(Decision.Refused refused) {
        if (refused.by().limit().kind().measure() != Measure.CALLS) {
            return refused.retryAfter();
        }
        long spread = Math.min(LONGEST_POLL_MILLIS - POLL_MILLIS, POLL_MILLIS << Math.min(polls++, 4));
        return Duration.ofMillis(POLL_MILLIS + random.nextLong(spread));
    }

    private void take(WaitingRoom.Place place) {
        if (place.next() != null) {
            place.next().wake();
        }
        if (place.out() == this) {
            end(Waited.Outcome.REFUSED, Future.succeededFuture(ofMine(place.last())));
            return;
        }
        if (place.out() != null) {
            place.out().turnAway();
        }
        if (position == 0) {
            position = place.position();
            stopClock = loop.after(Duration.ofNanos(deadlineNanos - loop.nanoTime()), this::timeOver);
            forgetCall = call.cancellation().onCancel(this::leave);
        }
    }

    private void timeOver() {
        // An answer that is on its way decides: a refusal comes too late to wait again.
        if (!asking) {
            refuse();
        }
    }

    private void refuse() {
        Decision.Refused last = room.latest(this);
        if (!over && last != null) {
            end(Waited.Outcome.REFUSED, Future.succeededFuture(ofMine(last)));
        }
    }

    /** What was said to another call of the line, as far as it concerns this one. */
    private Decision ofMine(Decision.Refused said) {
        Set<String> mine = wish.limits().stream().map(Limit::path).collect(Collectors.toSet());
        List<Standing> standings = said.standings().stream()
                .filter(standing -> mine.contains(standing.limit().path()))
                .toList();
        return new Decision.Refused(said.by(), said.reason(), standings, said.source());
    }

    private void leave() {
        GatewayError why = call.cancellation().reason();
        end(
                Waited.Outcome.LEFT,
                Future.failedFuture((why != null ? why : GatewayError.of(ErrorKind.REQUEST_TIMEOUT, "The client left."))
                        .asFailure()));
    }

    private void end(Waited.Outcome outcome, Future<Decision> decision) {
        over = true;
        stopNext.run();
        stopClock.run();
        forgetCall.run();
        if (position > 0) {
            call.record().waited = new Waited(position, loop.nanoTime() - beganNanos, outcome);
        }
        WaitingCall next = room.leave(this);
        if (next != null) {
            next.wake();
        }
        Reservation last = asked;
        decision.map(said -> new WaitingRoom.Answer(said, last)).onComplete(promise);
    }
}
