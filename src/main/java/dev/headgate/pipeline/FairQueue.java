// SPDX-License-Identifier: Apache-2.0
package dev.headgate.pipeline;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait, each in the line of its flow: the lines take turns by their weights, so that a flow that offers more gets no more
 * (start-time fair queueing: Goyal, Vin and Cheng, SIGCOMM 1996). What is kept of a flow that has nobody here is bounded by the
 * number of flows. Every operation takes O(log n). Not thread-safe.
 *
 * @param <T> who waits; at most once at a time, found by equality
 */
public final class FairQueue<T> {
    /** What one turn costs a flow of weight 1, in virtual time; a power of two far above every weight. */
    private static final long TURN = 1L << 20;

    private final Map<String, Flow<T>> flows = new HashMap<>();
    private final Map<T, Flow<T>> members = new HashMap<>();
    private final TreeSet<Flow<T>> byTurn = new TreeSet<>(Flow.BY_TURN);
    private final TreeSet<Flow<T>> byLoad = new TreeSet<>(Flow.BY_LOAD);

    /** Flows with nobody here whose next turn is still to come: one that left and comes again has not gained by it. */
    private final TreeSet<Flow<T>> resting = new TreeSet<>(Flow.BY_TURN);

    private long now;

    /**
     * Adds somebody at the end of a flow's line. A full queue gives way to a flow that has less for its weight than the one that has
     * most: its newest member has to go.
     *
     * @param weight the flow's share from now on, at least 1
     * @param most how many may be here
     * @return for whom there is no place: null if there is for everybody, else the newcomer, or the one that had to go
     */
    public @Nullable T offer(String name, int weight, T newcomer, int most) {
        Flow<T> flow = flows.get(name);
        int ahead = flow == null ? 0 : flow.line.size();
        T out = null;
        if (members.size() >= most) {
            Flow<T> fullest = byLoad.isEmpty() ? null : byLoad.last();
            if (fullest == null
                    || fullest == flow
                    || (ahead + 1L) * fullest.weight >= (long) fullest.line.size() * weight) {
                return newcomer;
            }
            out = fullest.line.getLast();
            remove(out);
        }
        add(name, weight, newcomer);
        return out;
    }

    private void add(String name, int weight, T newcomer) {
        Flow<T> flow = flows.computeIfAbsent(name, Flow::new);
        take(flow);
        if (flow.line.isEmpty()) {
            flow.turn = Math.max(flow.turn, now);
        }
        flow.weight = weight;
        flow.line.addLast(newcomer);
        members.put(newcomer, flow);
        put(flow);
    }

    /** Whose turn it is; null if nobody waits. */
    public @Nullable T peek() {
        return byTurn.isEmpty() ? null : byTurn.first().line.getFirst();
    }

    /** Takes the one whose turn it is; null if nobody waits. */
    public @Nullable T poll() {
        if (byTurn.isEmpty()) {
            return null;
        }
        Flow<T> flow = byTurn.first();
        take(flow);
        now = flow.turn;
        flow.turn += TURN / flow.weight;
        T first = flow.line.removeFirst();
        members.remove(first);
        put(flow);
        return first;
    }

    /** Takes somebody out, whose flow then has its turn as before; false if it was not here. */
    public boolean remove(T member) {
        Flow<T> flow = members.remove(member);
        if (flow == null) {
            return false;
        }
        take(flow);
        flow.line.remove(member);
        put(flow);
        return true;
    }

    public int size() {
        return members.size();
    }

    /** Out of the orders that what is about to change decides. */
    private void take(Flow<T> flow) {
        byTurn.remove(flow);
        byLoad.remove(flow);
        resting.remove(flow);
    }

    private void put(Flow<T> flow) {
        if (!flow.line.isEmpty()) {
            byTurn.add(flow);
            byLoad.add(flow);
        } else {
            resting.add(flow);
        }
        // Where nobody waits, nobody is owed anything.
        while (!resting.isEmpty() && (members.isEmpty() || resting.first().turn <= now)) {
            flows.remove(resting.pollFirst().name);
        }
    }

    private static final class Flow<T> {
        private static final Comparator<Flow<?>> BY_TURN =
                Comparator.<Flow<?>>comparingLong(flow -> flow.turn).thenComparing(flow -> flow.name);
        private static final Comparator<Flow<?>> BY_LOAD =
                ((Comparator<Flow<?>>) Flow::compareLoad).thenComparing(flow -> flow.name);

        private final String name;
        private final LinkedHashSet<T> line = new LinkedHashSet<>();
        private int weight = 1;
        private long turn;

        Flow(String name) {
            this.name = name;
        }

        private static int compareLoad(Flow<?> one, Flow<?> other) {
            return Long.compare((long) one.line.size() * other.weight, (long) other.line.size() * one.weight);
        }
    }
}
