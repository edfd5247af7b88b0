// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.call.Call;
import dev.headgate.call.Principal;
import dev.headgate.pipeline.FairQueue;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Where the calls of this process wait for limits that have no room: one line for each limit's counter, in the order of arrival, whose
 * first call asks the store again while the others wait. The places are shared by tenants, by their weights. Thread-safe; what it
 * holds is guarded by itself, and no foreign code runs under that lock.
 */
public final class WaitingRoom {
    private static final int PLACES = 1_000;

    private final QuotaStore store;
    private final Random random;
    private final int places;
    private final Map<Counter, Line> lines = new HashMap<>();
    private final FairQueue<WaitingCall> everybody = new FairQueue<>();
    private volatile int size;

    public WaitingRoom(QuotaStore store) {
        this(store, new Random(), PLACES);
    }

    WaitingRoom(QuotaStore store, Random random, int places) {
        this.store = store;
        this.random = random;
        this.places = places;
    }

    /** How many calls wait now. */
    public int size() {
        return size;
    }

    /**
     * Reserves, at once or as soon as there is room, if that is within the wait; otherwise the decision is a refusal. Behind others
     * that wait for one of its limits a call waits without asking, lest it overtake them. Fails if the store fails or the call is
     * cancelled; then it holds nothing. To be called on the call's own event loop, and completes there.
     */
    Future<Answer> reserve(Call call, Reservation wish, Duration wait, Loop loop) {
        if (wait.isZero()) {
            return store.reserve(wish).map(decision -> new Answer(decision, wish));
        }
        return new WaitingCall(this, store, random, call, wish, wait, loop).begin();
    }

    /** Told when a call has settled, which may have given back what others wait for. */
    void settled(Reservation wish) {
        freed(wish, false);
    }

    /** Told when a call has been taken back as if it had never been. */
    void released(Reservation wish) {
        freed(wish, true);
    }

    private void freed(Reservation wish, boolean requests) {
        if (size == 0) {
            return;
        }
        List<WaitingCall> heads = new ArrayList<>();
        synchronized (this) {
            for (Limit limit : wish.limits()) {
                Line line = lines.get(new Counter(wish.tenant(), limit.path()));
                if (line != null && (requests || limit.kind().measure() != Measure.REQUESTS)) {
                    heads.add(line.calls.getFirst());
                }
            }
        }
        heads.forEach(WaitingCall::wake);
    }

    /** Joins the first line that there is for one of its limits; null if there is none. */
    @Nullable
    Place joinAny(WaitingCall call) {
        if (size == 0) {
            return null;
        }
        synchronized (this) {
            for (Limit limit : call.wish.limits()) {
                Line line = lines.get(new Counter(call.wish.tenant(), limit.path()));
                if (line != null) {
                    boolean inTime = line.nextNanos - call.deadlineNanos <= 0;
                    return inTime ? join(call, line) : new Place(0, false, call, null, line.last);
                }
            }
        }
        return null;
    }

    /**
     * Joins the line of the limit that refused, stays in it, or moves to its end from another line.
     *
     * @param nextNanos when the call will ask again if it is the first
     */
    synchronized Place join(WaitingCall call, Decision.Refused refused, long nextNanos) {
        Counter counter = new Counter(call.wish.tenant(), refused.by().limit().path());
        Line line = lines.computeIfAbsent(counter, name -> new Line(name, refused));
        line.last = refused;
        WaitingCall left = call.line == null || call.line == line ? null : outOfLine(call, call.line);
        Place place = join(call, line);
        if (place.first) {
            line.nextNanos = nextNanos;
        }
        return left == null ? place : new Place(place.position, place.first, place.out, left, refused);
    }

    private Place join(WaitingCall call, Line line) {
        WaitingCall out = null;
        if (call.line == null) {
            Principal who = call.principal();
            out = everybody.offer(call.wish.tenant(), who.weight(), call, places);
            size = everybody.size();
        }
        if (out == call) {
            if (line.calls.isEmpty()) {
                lines.remove(line.name);
            }
            return new Place(0, false, call, null, line.last);
        }
        line.calls.add(call);
        call.line = line;
        return new Place(line.calls.size(), line.calls.getFirst() == call, out, null, line.last);
    }

    /** @return who is the first of its line now and was not before; null if that is nobody */
    synchronized @Nullable WaitingCall leave(WaitingCall call) {
        everybody.remove(call);
        size = everybody.size();
        Line line = call.line;
        call.line = null;
        return line == null ? null : outOfLine(call, line);
    }

    private @Nullable WaitingCall outOfLine(WaitingCall call, Line line) {
        boolean first = line.calls.getFirst() == call;
        line.calls.remove(call);
        if (line.calls.isEmpty()) {
            lines.remove(line.name);
            return null;
        }
        return first ? line.calls.getFirst() : null;
    }

    synchronized boolean isFirst(WaitingCall call) {
        return call.line != null && call.line.calls.getFirst() == call;
    }

    /** What the store said last to a call of the same line; null if it is in none. */
    synchronized Decision.@Nullable Refused latest(WaitingCall call) {
        return call.line == null ? null : call.line.last;
    }

    /**
     * What came of a wish.
     *
     * @param wish as it was asked for last, which is what was reserved; its id may be another one
     */
    record Answer(Decision decision, Reservation wish) {}

    /** A limit's counter. */
    record Counter(String tenant, String path) {}

    /** Those who wait for one counter; guarded by the room. */
    static final class Line {
        private final Counter name;
        private final LinkedHashSet<WaitingCall> calls = new LinkedHashSet<>();
        private Decision.Refused last;
        private long nextNanos;

        Line(Counter name, Decision.Refused last) {
            this.name = name;
            this.last = last;
        }
    }

    /**
     * What came of joining.
     *
     * @param position its place in the line, or the length of the line if it was in it before; 1 is the first
     * @param first whether it is to ask the store
     * @param out for whom there is no place: null if there is for everybody, the call itself, or one that has to go for it
     * @param next who became the first of the line that it left, or null
     * @param last what the store said last to the line
     */
    record Place(
            int position,
            boolean first,
            @Nullable WaitingCall out,
            @Nullable WaitingCall next,
            Decision.Refused last) {}
}
