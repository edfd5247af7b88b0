// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.GuardListener.BreakerPhase;
import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.resilience.FailureWindow.Counts;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A breaker is shared by all event loops. */
@ExtendWith(VertxExtension.class)
class BreakerRaceTest {
    private Vertx vertx;

    @BeforeEach
    void start(Vertx vertx) {
        this.vertx = vertx;
    }

    @Test
    void calls_that_fail_in_the_same_moment_open_it_once() throws Exception {
        int rounds = 5_000;
        int threads = 2;
        BreakerRule lasting = BreakerCalls.openFor(BreakerCalls.QUICK, Duration.ofHours(1));
        List<List<BreakerPhase>> told = new ArrayList<>();
        List<Pass> passes = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            List<BreakerPhase> phases = new CopyOnWriteArrayList<>();
            told.add(phases);
            Breaker one = breaker(phases);
            Stream.generate(() -> enter(one, lasting))
                    .limit(lasting.minimumCalls() - 1)
                    .forEach(Pass::failed);
            for (int i = 0; i < threads; i++) {
                passes.add(enter(one, lasting));
            }
        }
        AtomicInteger thread = new AtomicInteger();
        AtomicInteger arrived = new AtomicInteger();

        BreakerCalls.inParallel(threads, () -> {
            int me = thread.getAndIncrement();
            for (int round = 0; round < rounds; round++) {
                arrived.incrementAndGet();
                while (arrived.get() < (round + 1) * threads) {
                    Thread.onSpinWait();
                }
                passes.get(round * threads + me).failed();
            }
            return null;
        });

        assertThat(told).allSatisfy(phases -> assertThat(phases).containsExactly(BreakerPhase.OPEN));
    }

    @Test
    void counts_every_call_of_many_threads() throws Exception {
        BreakerRule patient = new BreakerRule(
                100,
                BreakerCalls.QUICK.slowerThan(),
                100,
                1,
                BreakerCalls.QUICK.window(),
                BreakerCalls.QUICK.openFor(),
                BreakerCalls.QUICK.rampUp());
        Breaker breaker = breaker(new ArrayList<>());
        enter(breaker, patient).succeeded(1);

        BreakerCalls.inParallel(8, () -> {
            for (int i = 0; i < 1_000; i++) {
                Pass pass = enter(breaker, patient);
                if (i % 4 == 0) {
                    pass.failed();
                } else {
                    pass.succeeded(1);
                }
            }
            return null;
        });

        assertThat(breaker.counts()).isEqualTo(new Counts(8_001, 2_000, 0));
    }

    private Breaker breaker(List<BreakerPhase> told) {
        return new Breaker(vertx, "b/m", told::add, () -> 0, new Random(1));
    }

    private static Pass enter(Breaker breaker, BreakerRule rule) {
        return requireNonNull(breaker.enter(rule, Duration.ofMinutes(1), false));
    }
}
