// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;

/** A loop whose time passes only when a test says so. */
final class VirtualLoop implements Loop {
    private final Deque<Runnable> soon = new ArrayDeque<>();
    private final PriorityQueue<Alarm> alarms = new PriorityQueue<>(Comparator.comparingLong(Alarm::atNanos));
    private long now;

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public void run(Runnable work) {
        soon.add(work);
    }

    @Override
    public Runnable after(Duration time, Runnable work) {
        Alarm alarm = new Alarm(now + time.toNanos(), work);
        alarms.add(alarm);
        return () -> alarms.remove(alarm);
    }

    /** Does what is due without the time passing. */
    void turn() {
        while (!soon.isEmpty()) {
            soon.remove().run();
        }
    }

    /** Lets time pass, and does what falls into it in its order. */
    void pass(Duration time) {
        turn();
        long until = now + time.toNanos();
        while (!alarms.isEmpty() && alarms.peek().atNanos <= until) {
            Alarm next = alarms.remove();
            now = next.atNanos;
            next.work.run();
            turn();
        }
        now = until;
    }

    /** Alarms that were neither due nor taken back. */
    int alarms() {
        return alarms.size();
    }

    private record Alarm(long atNanos, Runnable work) {}
}
