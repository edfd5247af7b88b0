// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Another tenant with a backend that is well, who calls while somebody else's calls fail. Its time is compared with its time beside
 * the same number of calls that succeed, in turns, so that a busy machine moves both.
 */
final class Neighbour {
    private static final int CALLS = 50;
    private static final int ROUNDS = 6;
    private static final int MOST_TIMES = 3;
    private static final long FLOOR_NANOS = 20_000_000;
    private static final Executor THREADS = task -> Thread.ofVirtual().start(task);

    private final FaultGateway gateway;

    Neighbour(FaultGateway gateway) {
        this.gateway = gateway;
    }

    /**
     * Every call of the neighbour succeeds, and its p99 is at most three times what it is otherwise (and 20 ms on top, which is what
     * the scheduler of a busy machine may take). One round may be disturbed from outside; a fault that reaches the neighbour
     * disturbs all of them.
     *
     * @param width how many of the other calls there are at once
     * @param well begins a series of calls that succeed; what it gives makes one of them
     */
    void assertUnmoved(int width, Supplier<Runnable> well, Supplier<Runnable> failing) {
        assertUnmoved(() -> times(width, well.get()), () -> times(width, failing.get()));
    }

    void assertUnmoved(Supplier<List<Long>> without, Supplier<List<Long>> with) {
        List<Long> quiet = new ArrayList<>();
        List<Long> beside = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            quiet.addAll(without.get());
            beside.addAll(with.get());
            if (p99(beside) <= MOST_TIMES * p99(quiet) + FLOOR_NANOS) {
                return;
            }
        }
        assertThat(p99(beside) / 1e6)
                .as("p99 in ms beside the fault; without it %.1f", p99(quiet) / 1e6)
                .isLessThan(MOST_TIMES * p99(quiet) / 1e6);
    }

    /** The times of the neighbour's calls, with nobody else calling. */
    List<Long> times() {
        return times(0, () -> {});
    }

    /** The times of the neighbour's calls; for each of them one of the others is begun, if not too many are under way. */
    private List<Long> times(int width, Runnable other) {
        var running = new AtomicInteger();
        List<CompletableFuture<Void>> others = new ArrayList<>();
        List<Long> taken = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            if (running.get() < width) {
                running.incrementAndGet();
                others.add(CompletableFuture.runAsync(other, THREADS)
                        .whenComplete((done, e) -> running.decrementAndGet()));
            }
            long start = System.nanoTime();
            Answer answer = gateway.call(FaultGateway.GLOBEX, FaultGateway.body("neighbour", false));
            taken.add(System.nanoTime() - start);
            assertThat(answer.words()).as("the neighbour's call %d", i).isEqualTo("200");
        }
        others.forEach(CompletableFuture::join);
        return taken;
    }

    private static long p99(List<Long> nanos) {
        return nanos.stream()
                .sorted()
                .skip(nanos.size() * 99L / 100 - 1)
                .findFirst()
                .orElseThrow();
    }
}
