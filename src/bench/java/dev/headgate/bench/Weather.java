// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** Gives every backend another fault, or none, after one to five seconds; the same ones at the same times for the same seed. */
final class Weather {
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicInteger changes = new AtomicInteger();
    private final List<FaultyUpstream> backends;
    private final List<Thread> threads;

    Weather(List<FaultyUpstream> backends, long seed) {
        this.backends = backends;
        SplittableRandom dice = new SplittableRandom(seed);
        this.threads = backends.stream().map(each -> start(each, dice.split())).toList();
    }

    int changes() {
        return changes.get();
    }

    /** Ends it; every backend is healthy from then on. */
    void clear() {
        over.countDown();
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        backends.forEach(backend -> backend.become(Fault.HEALTHY));
    }

    private Thread start(FaultyUpstream backend, RandomGenerator dice) {
        return Thread.ofPlatform().start(() -> turn(backend, dice));
    }

    private void turn(FaultyUpstream backend, RandomGenerator dice) {
        try {
            do {
                backend.become(Fault.random(dice));
                changes.incrementAndGet();
            } while (!over.await(1_000 + dice.nextInt(4_000), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
