// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static dev.headgate.testkit.GatewayFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.store.local.LocalUsageJournal;
import dev.headgate.store.local.LocalUsageJournal.Options;
import dev.headgate.store.redis.RedisStores;
import dev.headgate.testkit.RedisServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two nodes with a journal each on one Redis, to which everything happens at random: in the end nothing is lost or counts twice. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuotaBooksIT {
    private static final String TENANT = "acme";
    private static final Limit TOKENS = new Limit(Scope.tenant(), LimitRule.of(LimitKind.TOKENS_PER_MONTH, 1_000_000));
    private static final Limit DOLLARS = new Limit(Scope.key("web"), LimitRule.of(LimitKind.USD_PER_WEEK, 1_000_000));
    private static final List<Limit> LIMITS = List.of(TOKENS, DOLLARS);

    private final Vertx vertx = Vertx.vertx();
    private RedisServer redis;
    private RedisStores stores;
    private Random random = new Random(0);
    private int ids;
    /** What was used of each limit, less what was given back. */
    private final long[] truth = new long[2];

    private final class Node {
        final String name;
        final Path dir;
        final List<Reservation> open = new ArrayList<>();
        LocalUsageJournal journal;
        JournaledQuotaStore store;

        Node(String name, Path dir) {
            this.name = name;
            this.dir = dir;
            start();
        }

        void start() {
            journal = new LocalUsageJournal(vertx, dir, Options.DEFAULT);
            store = new JournaledQuotaStore(stores.quotas(), journal, tenant -> true, InstantSource.system());
            await(store.replay());
        }

        void reserve() {
            Reservation wish =
                    new Reservation(name + ids++, TENANT, LIMITS, amounts(), Duration.ofMinutes(1), calendar());
            if (await(store.reserve(wish)) instanceof Decision.Granted) {
                open.add(wish);
            }
        }

        Future<?> settle() {
            if (open.isEmpty()) {
                return Future.succeededFuture();
            }
            Reservation wish = open.remove(random.nextInt(open.size()));
            if (random.nextInt(5) == 0) {
                return store.release(TENANT, wish.id());
            }
            Amounts actual = amounts();
            count(actual);
            return store.settle(TENANT, wish.id(), actual);
        }

        void credit() {
            int which = random.nextInt(2);
            long units = random.nextInt(100);
            await(store.credit(TENANT, LIMITS.get(which), calendar(), units));
            truth[which] -= units;
        }

        void reset() {
            int which = random.nextInt(2);
            truth[which] -= used(which);
            assertThat(await(store.reset(TENANT, LIMITS.get(which), calendar())).used())
                    .isZero();
        }

        /** Calls that ran stay at their estimate. */
        void kill() {
            open.forEach(wish -> count(wish.estimate()));
            open.clear();
            await(journal.close());
            start();
        }
    }

    @BeforeAll
    void open() {
        redis = RedisServer.start();
        stores = RedisStores.open(vertx, redis.url(), Duration.ofSeconds(5));
    }

    @AfterAll
    void close() {
        await(stores.quotas().close());
        redis.close();
        await(vertx.close());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void what_is_used_is_what_was_settled_whatever_happens(long seed, @TempDir Path dir) {
        random = new Random(seed);
        redis.command("FLUSHALL");
        truth[0] = 0;
        truth[1] = 0;
        List<Node> nodes = List.of(new Node("a" + seed, dir.resolve("a")), new Node("b" + seed, dir.resolve("b")));
        for (int i = 0; i < 300; i++) {
            Node node = nodes.get(random.nextInt(2));
            switch (random.nextInt(40)) {
                case 0 -> node.kill();
                case 1 -> {
                    redis.command("FLUSHALL");
                    catchUp(nodes);
                }
                case 2 -> node.reset();
                case 3 -> node.credit();
                case 4, 5 -> await(node.store.catchUp());
                default -> {
                    if (random.nextInt(3) < 2 && node.open.size() < 8) {
                        node.reserve();
                    } else if (random.nextInt(10) == 0) {
                        await(Future.join(node.settle(), node.store.catchUp(), node.settle()));
                    } else {
                        await(node.settle());
                    }
                }
            }
        }
        for (Node node : nodes) {
            while (!node.open.isEmpty()) {
                await(node.settle());
            }
        }
        catchUp(nodes);

        assertThat(List.of(used(0), used(1))).containsExactly(truth[0], truth[1]);
        nodes.forEach(node -> await(node.journal.close()));
    }

    private static void catchUp(List<Node> nodes) {
        nodes.forEach(node -> await(node.store.catchUp()));
    }

    private void count(Amounts actual) {
        truth[0] += actual.tokens();
        truth[1] += actual.nanoDollars();
    }

    private Amounts amounts() {
        return Amounts.call(random.nextInt(200), random.nextInt(200));
    }

    private long used(int which) {
        return await(stores.quotas().look(TENANT, List.of(LIMITS.get(which)), calendar()))
                .getFirst()
                .used();
    }

    private static TenantCalendar calendar() {
        return TenantCalendar.at(Instant.now(), ZoneOffset.UTC);
    }
}
