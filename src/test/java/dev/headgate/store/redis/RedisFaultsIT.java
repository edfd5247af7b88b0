// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.quota.Amounts;
import dev.headgate.quota.Decision;
import dev.headgate.quota.Decision.Granted;
import dev.headgate.quota.Decision.Reason;
import dev.headgate.quota.Decision.Refused;
import dev.headgate.quota.Decision.Source;
import dev.headgate.quota.GuardedQuotaStore;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.QuotaStore;
import dev.headgate.quota.Reservation;
import dev.headgate.quota.Scope;
import dev.headgate.quota.Standing;
import dev.headgate.quota.StoreException;
import dev.headgate.quota.StoreListener;
import dev.headgate.quota.TenantCalendar;
import dev.headgate.quota.WhenStoreDown;
import dev.headgate.store.memory.MemoryQuotaStore;
import dev.headgate.testkit.RedisServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of quotas when a real Redis dies, hangs, forgets or refuses. */
class RedisFaultsIT {
    private static final String TENANT = "acme";
    private static final LimitRule DAY = LimitRule.of(LimitKind.USD_PER_DAY, 100_000);
    private static final Limit MONEY = new Limit(Scope.tenant(), DAY);
    private static final Limit RUNNING = new Limit(Scope.tenant(), LimitRule.of(LimitKind.CONCURRENCY, 10));

    private final Vertx vertx = Vertx.vertx();
    private final RedisServer server = RedisServer.start();
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();
    private final RedisQuotaStore redis =
            RedisStores.open(vertx, server.url(), Duration.ofMillis(200)).quotas();
    private final GuardedQuotaStore store =
            new GuardedQuotaStore(vertx, redis, new MemoryQuotaStore(InstantSource.system()), () -> 2, listener());
    private int ids;

    @BeforeEach
    void connected() throws Exception {
        eventually("connected", () -> succeeds(redis.check("acme")));
    }

    @AfterEach
    void close() throws Exception {
        await(store.close());
        await(vertx.close());
        server.close();
    }

    @Test
    void a_killed_redis_is_replaced_by_shares_and_returns() throws Exception {
        assertThat(reserve(100, MONEY, RUNNING).source()).isEqualTo(Source.EXACT);

        server.kill();
        loseIt();
        assertThat(IntStream.range(0, 10)
                        .filter(i -> reserve(0, RUNNING) instanceof Granted)
                        .count())
                .isLessThanOrEqualTo(5);

        server.restart();
        comesBack();
        assertThat(reserve(100, MONEY).source()).isEqualTo(Source.EXACT);
        assertThat(heard).containsSubsequence("lost", "back");
    }

    @Test
    void a_frozen_redis_charges_nothing_that_was_decided_elsewhere() throws Exception {
        reserve(100, MONEY);
        server.freeze();
        assertThat(failure(redis.reserve(wish(50, MONEY))).reason()).isEqualTo(StoreException.Cause.TIMEOUT);
        loseIt();

        server.thaw();
        comesBack();

        // What timed out was done after the thaw, and then taken back; the first was asked of Redis alone.
        eventually("only what is known to have been granted", () -> used(MONEY) == 150);
    }

    @Test
    void settlements_during_an_outage_arrive_afterwards() throws Exception {
        Reservation wish = wish(100, MONEY, RUNNING);
        await(store.reserve(wish));
        server.freeze();
        loseIt();

        assertThat(await(store.settle(TENANT, wish.id(), Amounts.call(0, 30)))).isTrue();
        assertThat(store.pendingSettlements()).isPositive();
        server.thaw();
        comesBack();

        eventually("settled", () -> used(MONEY) == 30 && used(RUNNING) == 0);
        assertThat(store.pendingSettlements()).isZero();
    }

    @Test
    void scripts_that_redis_forgot_are_sent_again() {
        reserve(10, MONEY);
        server.command("SCRIPT FLUSH");
        assertThat(reserve(10, MONEY).source()).isEqualTo(Source.EXACT);
        assertThat(used(MONEY)).isEqualTo(20);
    }

    @Test
    void a_flushed_redis_is_raised_to_what_the_nodes_know() {
        Reservation before = wish(70, MONEY, RUNNING);
        await(store.reserve(before));
        server.command("FLUSHALL");
        assertThat(reserve(10, MONEY).source()).isEqualTo(Source.EXACT);

        assertThat(await(store.settle(TENANT, before.id(), Amounts.call(0, 70))))
                .isFalse();
        QuotaStore.Total total = new QuotaStore.Total(MONEY, calendar().days().current(), 80);
        await(store.republish(TENANT, "node-1", List.of(total)));

        assertThat(used(MONEY)).isEqualTo(80);
    }

    @Test
    void a_replica_refuses_and_is_left_until_it_is_a_master() throws Exception {
        reserve(10, MONEY);
        server.command("REPLICAOF 127.0.0.1 1");
        assertThat(failure(redis.check("acme")).reason()).isEqualTo(StoreException.Cause.REFUSES_WRITES);
        loseIt();

        server.command("REPLICAOF NO ONE");
        comesBack();
        assertThat(used(MONEY)).isEqualTo(10);
    }

    @Test
    void without_memory_nothing_is_half_done() throws Exception {
        reserve(10, MONEY, RUNNING);
        server.command("CONFIG SET maxmemory 1");
        StoreException refused = failure(redis.reserve(wish(10, MONEY)));
        assertThat(refused.reason()).isEqualTo(StoreException.Cause.REFUSES_WRITES);
        loseIt();

        server.command("CONFIG SET maxmemory 0");
        comesBack();
        assertThat(used(MONEY)).isEqualTo(10);
        assertThat(used(RUNNING)).isEqualTo(1);
    }

    @Test
    void thousands_at_once_pass_through_one_connection() {
        RedisQuotaStore patient =
                RedisStores.open(vertx, server.url(), Duration.ofSeconds(20)).quotas();
        List<Future<Decision>> all = IntStream.range(0, 5_000)
                .mapToObj(i -> patient.reserve(wish(10, MONEY)))
                .toList();
        await(Future.join(all));
        assertThat(all).allMatch(decision -> decision.result() instanceof Granted);
        assertThat(used(MONEY)).isEqualTo(50_000);
        await(patient.close());
    }

    @Test
    void each_limit_says_what_happens_without_redis() throws Exception {
        Limit denied = new Limit(Scope.key("a"), DAY.whenStoreDown(WhenStoreDown.DENY));
        Limit allowed = new Limit(Scope.key("b"), DAY.whenStoreDown(WhenStoreDown.ALLOW));
        reserve(0, MONEY);
        server.freeze();
        loseIt();

        Refused refused = (Refused) reserve(1, denied);
        assertThat(refused.reason()).isEqualTo(Reason.STORE_DOWN);
        assertThat(refused.retryAfter()).isPositive();
        assertThat(reserve(99_999_999, allowed)).isInstanceOf(Granted.class);

        // Two percent of 100,000 for two nodes.
        assertThat(reserve(1_000, MONEY)).isInstanceOf(Granted.class);
        assertThat(((Refused) reserve(1, MONEY)).reason()).isEqualTo(Reason.STORE_DOWN);
        assertThat(reserve(0, RUNNING)).isInstanceOf(Granted.class);
    }

    @Test
    void a_redis_that_is_absent_from_the_start_is_found_when_it_comes() throws Exception {
        server.kill();
        RedisQuotaStore early =
                RedisStores.open(vertx, server.url(), Duration.ofMillis(200)).quotas();
        assertThat(failure(early.check("acme")).reason())
                .isIn(StoreException.Cause.DISCONNECTED, StoreException.Cause.TIMEOUT);

        server.restart();
        eventually("found", () -> succeeds(early.check("acme")));
        await(early.close());
    }

    private void loseIt() throws Exception {
        eventually("alone", () -> {
            reserve(0, MONEY);
            return store.source() == Source.LOCAL;
        });
    }

    private void comesBack() throws Exception {
        eventually("together", () -> store.source() == Source.EXACT);
    }

    private Decision reserve(long nanoDollars, Limit... limits) {
        return await(store.reserve(wish(nanoDollars, limits)));
    }

    private Reservation wish(long nanoDollars, Limit... limits) {
        return new Reservation(
                "r" + ids++, TENANT, List.of(limits), Amounts.call(0, nanoDollars), Duration.ofSeconds(60), calendar());
    }

    private long used(Limit limit) {
        List<Standing> standings = await(redis.look(TENANT, List.of(limit), calendar()));
        return standings.getFirst().used();
    }

    private static TenantCalendar calendar() {
        return TenantCalendar.at(Instant.now(), ZoneOffset.UTC);
    }

    private StoreListener listener() {
        return new StoreListener() {
            @Override
            public void failed(StoreException why) {
                heard.add("failed");
            }

            @Override
            public void lost(StoreException why) {
                heard.add("lost");
            }

            @Override
            public Future<Void> back(Predicate<String> reachable, long droppedSettlements) {
                heard.add("back");
                return Future.succeededFuture();
            }
        };
    }

    private static boolean succeeds(Future<Void> future) {
        try {
            await(future);
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    private static StoreException failure(Future<?> future) {
        await(Future.join(List.of(future.otherwiseEmpty())));
        if (future.cause() instanceof StoreException known) {
            return known;
        }
        throw new AssertionError("it did not fail as a store does: " + future);
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
