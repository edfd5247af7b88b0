// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * A backend that serves some calls at once and queues the rest, behind an {@link AdaptiveLimit}, in virtual time. Calls arrive at
 * random with a given rate; one that finds no slot waits for one if not more wait than there are slots, and is refused otherwise.
 */
final class SimulatedBackend {
    private static final double SECOND = 1e9;

    final AdaptiveLimit limit = new AdaptiveLimit();
    private final Random random = new Random(42);
    private final Jitter jitter;
    private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingLong(Event::at));
    private final ArrayDeque<Long> waiting = new ArrayDeque<>();
    private final ArrayDeque<Long> queued = new ArrayDeque<>();
    private final List<Double> atBackend = new ArrayList<>();
    private long now;
    private int workers;
    private double serviceSeconds;
    private int serving;
    private double perSecond;
    private int inUse;
    private int served;
    private int lowest;
    private int highest;
    private long arrivals;

    private record Event(long at, boolean arrival, long admitted, long epoch) {}

    /** @param jitter from a random number of mean 1 to the share of the service time that a call takes */
    SimulatedBackend(int workers, double serviceSeconds, Jitter jitter) {
        this.workers = workers;
        this.serviceSeconds = serviceSeconds;
        this.jitter = jitter;
    }

    /** How unequal service times are; the mean is 1. */
    enum Jitter {
        NONE,
        EXPONENTIAL,
        LOGNORMAL;

        double draw(Random random) {
            return switch (this) {
                case NONE -> 1;
                case EXPONENTIAL -> -Math.log(1 - random.nextDouble());
                case LOGNORMAL -> Math.exp(random.nextGaussian() - 0.5);
            };
        }
    }

    SimulatedBackend workers(int count) {
        workers = count;
        return this;
    }

    SimulatedBackend serviceSeconds(double mean) {
        serviceSeconds = mean;
        return this;
    }

    /** Calls a second from now on. */
    SimulatedBackend load(double rate) {
        perSecond = rate;
        arrivals++;
        arrive();
        return this;
    }

    /** Lets time pass. */
    SimulatedBackend run(double seconds) {
        atBackend.clear();
        lowest = Integer.MAX_VALUE;
        highest = 0;
        served = 0;
        long end = now + (long) (seconds * SECOND);
        Event next = events.peek();
        while (next != null && next.at <= end) {
            events.remove();
            now = next.at;
            if (!next.arrival) {
                answered(next);
            } else if (next.epoch == arrivals) {
                arrived();
            }
            lowest = Math.min(lowest, limit.limit());
            highest = Math.max(highest, limit.limit());
            next = events.peek();
        }
        now = end;
        return this;
    }

    /** Seconds from a slot to the answer that all but a hundredth of the calls of the last run took. */
    double p99() {
        List<Double> sorted = atBackend.stream().sorted().toList();
        return sorted.get((int) (sorted.size() * 0.99));
    }

    /** Calls a second that were answered in the last run of so many seconds. */
    double throughput(double seconds) {
        return served / seconds;
    }

    int lowest() {
        return lowest;
    }

    int highest() {
        return highest;
    }

    private void arrive() {
        double gap = Jitter.EXPONENTIAL.draw(random) / perSecond;
        events.add(new Event(now + (long) (gap * SECOND), true, 0, arrivals));
    }

    private void arrived() {
        arrive();
        if (waiting.size() < limit.limit()) {
            waiting.add(now);
        }
        admit();
    }

    private void admit() {
        while (!waiting.isEmpty() && now - waiting.peek() > SECOND) {
            waiting.remove();
        }
        while (!waiting.isEmpty() && inUse < limit.limit()) {
            waiting.remove();
            inUse++;
            queued.add(now);
        }
        serve();
    }

    private void serve() {
        while (serving < workers && !queued.isEmpty()) {
            serving++;
            long admitted = queued.remove();
            events.add(new Event(now + (long) (serviceSeconds * jitter.draw(random) * SECOND), false, admitted, 0));
        }
    }

    private void answered(Event event) {
        serving--;
        served++;
        atBackend.add((now - event.admitted) / SECOND);
        limit.firstByte(now, now - event.admitted, inUse);
        inUse--;
        admit();
    }
}
