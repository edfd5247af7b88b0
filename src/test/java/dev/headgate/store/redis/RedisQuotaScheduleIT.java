// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.quota.Amounts;
import dev.headgate.quota.Decision;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Reservation;
import dev.headgate.quota.Scope;
import dev.headgate.quota.TenantCalendar;
import dev.headgate.testkit.RedisServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/**
 * Nodes that reserve, settle and die at random on one Redis. {@code -Dheadgate.quota.calls=1000000} runs as many reserves instead of
 * a few thousand.
 */
class RedisQuotaScheduleIT {
    private static final int CALLS = Integer.getInteger("headgate.quota.calls", 6_000);
    private static final int NODES = 3;
    private static final long MOST_NANOS = 1_000;
    /** Two fifths of the calls use it up: a call uses a quarter of the most on average. */
    private static final long BUDGET = CALLS * MOST_NANOS / 10;

    /** After so many calls a node dies: seldom enough that the leases of the dead do not hold all places. */
    private static final int BETWEEN_DEATHS = Math.min(20_000, CALLS / 5);

    private static final int MOST_OPEN = 14;

    private static final int MOST_RUNNING = 40;
    private static final Duration LEASE = Duration.ofSeconds(5);
    private static final Limit MONEY = new Limit(Scope.tenant(), LimitRule.of(LimitKind.USD_PER_MONTH, BUDGET));
    private static final Limit TOKENS =
            new Limit(Scope.key("web"), LimitRule.of(LimitKind.TOKENS_PER_MONTH, LimitRule.MOST));
    private static final Limit RUNNING = new Limit(Scope.tenant(), LimitRule.of(LimitKind.CONCURRENCY, MOST_RUNNING));
    private final TenantCalendar calendar = TenantCalendar.at(Instant.now(), ZoneOffset.UTC);

    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostRunning = new AtomicInteger();
    private final AtomicLong charged = new AtomicLong();
    private final AtomicLong mostCharged = new AtomicLong();
    private final AtomicInteger granted = new AtomicInteger();
    private final Queue<Call> dead = new ConcurrentLinkedQueue<>();

    private record Call(String id, Amounts estimate, Amounts actual) {}

    @Test
    void never_more_than_the_limits_and_nothing_lost_whoever_dies() throws Exception {
        long seed = System.nanoTime();
        Vertx vertx = Vertx.vertx();
        try (RedisServer server = RedisServer.start();
                ExecutorService nodes = Executors.newFixedThreadPool(NODES)) {
            List<java.util.concurrent.Future<?>> lives = java.util.stream.IntStream.range(0, NODES)
                    .<java.util.concurrent.Future<?>>mapToObj(
                            node -> nodes.submit(() -> live(vertx, server.url(), random(seed + node))))
                    .toList();
            for (java.util.concurrent.Future<?> life : lives) {
                life.get();
            }
            checkEnd(store(vertx, server.url()), "seed " + seed);
        } finally {
            await(vertx.close());
        }
    }

    private void checkEnd(RedisQuotaStore store, String seed) {
        assertThat(mostCharged).as(seed).hasValueLessThanOrEqualTo(BUDGET);
        assertThat(mostCharged).as("the budget was used up, %s", seed).hasValueGreaterThan(BUDGET - 2 * MOST_NANOS);
        assertThat(mostRunning).as(seed).hasValueLessThanOrEqualTo(MOST_RUNNING);
        assertThat(granted.get()).as("calls that were granted, %s", seed).isGreaterThan(CALLS / 10);
        assertThat(dead).as("calls of dead nodes, %s", seed).isNotEmpty();
        assertThat(used(store, MONEY)).as("unsettled at the estimate, %s", seed).isEqualTo(charged.get());
        eventually("the leases of the dead ended", () -> used(store, RUNNING) == 0);
        for (Call call : dead) {
            assertThat(await(store.settle("acme", call.id, call.actual))).isTrue();
            assertThat(await(store.settle("acme", call.id, call.actual))).isFalse();
            charged.addAndGet(call.actual.nanoDollars() - call.estimate.nanoDollars());
        }
        assertThat(used(store, MONEY))
                .as("after the journals of the dead, %s", seed)
                .isEqualTo(charged.get());
        assertThat(used(store, TOKENS)).as(seed).isEqualTo(2 * charged.get());
    }

    private void live(Vertx vertx, String url, RandomGenerator random) {
        RedisQuotaStore store = store(vertx, url);
        Deque<Call> open = new ArrayDeque<>();
        while (ids.get() < CALLS) {
            if (open.isEmpty() || open.size() < random.nextInt(MOST_OPEN)) {
                int call = ids.incrementAndGet();
                reserve(store, open, "r" + call, random);
                if (call % BETWEEN_DEATHS == 0) {
                    running.addAndGet(-open.size());
                    dead.addAll(open);
                    open.clear();
                    await(store.close());
                    store = store(vertx, url);
                }
            } else {
                settle(store, random.nextBoolean() ? open.removeFirst() : open.removeLast());
            }
        }
        while (!open.isEmpty()) {
            settle(store, open.removeFirst());
        }
        await(store.close());
    }

    private void reserve(RedisQuotaStore store, Deque<Call> open, String id, RandomGenerator random) {
        long estimate = 1 + random.nextLong(MOST_NANOS);
        long actual = random.nextLong(estimate + 1);
        Call call = new Call(id, Amounts.call(2 * estimate, estimate), Amounts.call(2 * actual, actual));
        Reservation wish =
                new Reservation(call.id, "acme", List.of(MONEY, TOKENS, RUNNING), call.estimate, LEASE, calendar);
        Decision decision = await(store.reserve(wish));
        if (random.nextInt(20) == 0 && decision instanceof Decision.Granted) {
            assertThat(await(store.reserve(wish))).isInstanceOf(Decision.Granted.class);
        }
        if (decision instanceof Decision.Granted) {
            granted.incrementAndGet();
            open.addLast(call);
            mostCharged.accumulateAndGet(charged.addAndGet(estimate), Math::max);
            mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
        }
    }

    /** Counted before it is asked for, so that the counts here never exceed those of Redis. */
    private void settle(RedisQuotaStore store, Call call) {
        running.decrementAndGet();
        charged.addAndGet(call.actual.nanoDollars() - call.estimate.nanoDollars());
        assertThat(await(store.settle("acme", call.id, call.actual))).isTrue();
    }

    private static RedisQuotaStore store(Vertx vertx, String url) {
        return RedisStores.open(vertx, url, Duration.ofSeconds(20)).quotas();
    }

    private long used(RedisQuotaStore store, Limit limit) {
        return await(store.look("acme", List.of(limit), calendar)).getFirst().used();
    }

    private static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
