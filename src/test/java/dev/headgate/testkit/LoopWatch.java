// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import io.vertx.core.impl.VertxThread;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Notices event-loop turns that take more than 100 ms of CPU. CPU time, not wall time: on a busy machine a thread may wait for a
 * processor, which is nobody's fault. Classes are loaded in the first turns, so watching begins when it is armed.
 */
final class LoopWatch implements AutoCloseable {
    static final long LIMIT_NANOS = 100_000_000;
    private static final long PERIOD_MILLIS = 20;

    private final List<String> slow = new CopyOnWriteArrayList<>();
    private final Thread sampler;
    private volatile boolean closed;

    LoopWatch() {
        sampler = Thread.ofPlatform().daemon().name("loop-watch").start(this::sample);
    }

    /** Stacks of the turns that were too long. */
    List<String> slowTurns() {
        return slow;
    }

    private void sample() {
        ThreadMXBean cpu = ManagementFactory.getThreadMXBean();
        Map<Long, long[]> turns = new HashMap<>();
        while (!closed) {
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                if (thread instanceof VertxThread loop && !loop.isWorker()) {
                    look(cpu, turns, loop);
                }
            }
            java.util.concurrent.locks.LockSupport.parkNanos(PERIOD_MILLIS * 1_000_000);
        }
    }

    private void look(ThreadMXBean cpu, Map<Long, long[]> turns, VertxThread loop) {
        long started = loop.startTime();
        long used = cpu.getThreadCpuTime(loop.threadId());
        long[] known = turns.get(loop.threadId());
        if (started == 0 || known == null || known[0] != started) {
            turns.put(loop.threadId(), new long[] {started, used});
        } else if (used - known[1] > LIMIT_NANOS) {
            slow.add(loop.getName() + " is in one turn for " + (used - known[1]) / 1_000_000 + " ms of CPU at\n  "
                    + String.join(
                            "\n  ",
                            java.util.Arrays.stream(loop.getStackTrace())
                                    .map(String::valueOf)
                                    .toList()));
            known[1] = used;
        }
    }

    @Override
    public void close() {
        closed = true;
        sampler.interrupt();
    }
}
