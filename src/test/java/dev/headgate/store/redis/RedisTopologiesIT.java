// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.Revocation;
import dev.headgate.metering.UsageOrigin;
import dev.headgate.metering.UsagePart;
import dev.headgate.metering.UsageRow;
import dev.headgate.metering.UsageStore;
import dev.headgate.metering.UsageSum;
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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Quotas on several Redis: a replicated one that a Sentinel watches, and a cluster of three. */
class RedisTopologiesIT {
    private static final Limit MONEY = new Limit(Scope.tenant(), LimitRule.of(LimitKind.USD_PER_MONTH, 1_000));
    private static final Limit RUNNING = new Limit(Scope.key("a"), LimitRule.of(LimitKind.CONCURRENCY, 10));

    private final Vertx vertx = Vertx.vertx();
    private int ids;

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @Test
    void follows_a_sentinel_to_the_promoted_replica() {
        try (RedisServer master = RedisServer.start();
                RedisServer replica = RedisServer.start("--replicaof", "127.0.0.1", "" + master.port());
                RedisServer sentinel = RedisServer.startSentinel(master, "quota")) {
            eventually(
                    "the Sentinel knows the replica",
                    () -> sentinel.command("SENTINEL REPLICAS quota").equals("*1"));
            RedisQuotaStore store = open("redis-sentinel://127.0.0.1:" + sentinel.port() + "/quota");
            assertThat(reserve(store, "acme", 300)).isInstanceOf(Decision.Granted.class);
            eventually("replicated", () -> !replica.command("DBSIZE").equals(":0"));

            master.kill();

            eventually("the replica counts on", () -> succeeds(store.check("acme")));
            assertThat(used(store, "acme")).isEqualTo(300);
            assertThat(reserve(store, "acme", 700)).isInstanceOf(Decision.Granted.class);
            assertThat(reserve(store, "acme", 1)).isInstanceOf(Decision.Refused.class);
            await(store.close());
        }
    }

    @Test
    void counts_each_tenant_on_its_node_of_a_cluster_and_loses_only_those_of_a_dead_one() {
        List<RedisServer> nodes = RedisServer.startCluster(3);
        try {
            RedisQuotaStore store = open("redis-cluster://127.0.0.1:"
                    + nodes.get(0).port() + ",127.0.0.1:" + nodes.get(1).port());
            List<String> tenants =
                    IntStream.range(0, 24).mapToObj(i -> "tenant-" + i).toList();
            for (String tenant : tenants) {
                assertThat(reserve(store, tenant, 1_000)).isInstanceOf(Decision.Granted.class);
                assertThat(reserve(store, tenant, 1)).isInstanceOf(Decision.Refused.class);
                assertThat(used(store, tenant)).isEqualTo(1_000);
            }
            assertThat(nodes)
                    .allSatisfy(node -> assertThat(node.command("DBSIZE")).isNotEqualTo(":0"));
            tellsUsage(nodes.get(0), tenants);

            nodes.get(2).kill();

            eventually(
                    "all others are counted",
                    () -> tenants.stream()
                                    .filter(tenant -> succeeds(store.look(tenant, List.of(MONEY), calendar())))
                                    .count()
                            > 8);
            List<String> gone = tenants.stream()
                    .filter(tenant -> !succeeds(store.look(tenant, List.of(MONEY), calendar())))
                    .toList();
            assertThat(gone).isNotEmpty();
            nodes.get(2).restart();
            eventually(
                    "the node is back",
                    () -> gone.stream().allMatch(tenant -> succeeds(store.look(tenant, List.of(MONEY), calendar()))));
            await(store.close());
        } finally {
            nodes.forEach(RedisServer::close);
        }
    }

    @Test
    void replicas_meet_on_one_node_of_a_cluster_and_all_its_nodes_are_judged() {
        List<RedisServer> nodes = RedisServer.startCluster(3);
        try {
            String url = "redis-cluster://127.0.0.1:" + nodes.getFirst().port();
            RedisStores here = RedisStores.open(vertx, url, Duration.ofSeconds(1));
            RedisStores there = RedisStores.open(vertx, url, Duration.ofSeconds(1));
            eventually("connected", () -> succeeds(here.replicas().beat()));
            eventually(
                    "two",
                    () -> succeeds(there.replicas().beat())
                            && await(here.replicas().beat()).live() == 2);

            Revocation leaked = new Revocation("ab".repeat(32), "acme", "web", "leaked", Instant.EPOCH);
            await(here.revocations().add(List.of(leaked)));
            assertThat(await(there.revocations().all())).containsExactly(leaked);
            assertThat(await(there.replicas().beat()).revocations()).isNotEmpty();

            assertThat(await(here.replicas().complaints())).isEmpty();
            for (RedisServer node : nodes) {
                node.command("CONFIG SET maxmemory-policy allkeys-lru");
                node.command("CONFIG SET maxmemory 100mb");
                assertThat(await(here.replicas().complaints())).hasSize(1);
                node.command("CONFIG SET maxmemory 0");
            }
            await(here.close());
            await(there.close());
        } finally {
            nodes.forEach(RedisServer::close);
        }
    }

    private void tellsUsage(RedisServer seed, List<String> tenants) {
        RedisStores stores = RedisStores.open(vertx, "redis-cluster://127.0.0.1:" + seed.port(), Duration.ofSeconds(1));
        UsageStore usage = stores.usage();
        eventually("connected", () -> succeeds(usage.read("acme", "2026-11-21", "")));
        for (String tenant : tenants) {
            UsageOrigin origin = new UsageOrigin(tenant, "web", "chat", "2026-11-21");
            UsageRow row = UsageRow.of(origin, new UsagePart("m", UsageSum.REQUEST));
            await(usage.tell("journal", tenant, "2026-11-21", List.of(row)));
            assertThat(await(usage.read(tenant, "2026-11-21", ""))).containsExactly(row);
        }
        await(stores.close());
    }

    private RedisQuotaStore open(String url) {
        RedisQuotaStore store =
                RedisStores.open(vertx, url, Duration.ofSeconds(1)).quotas();
        eventually("connected", () -> succeeds(store.check("acme")));
        return store;
    }

    private Decision reserve(RedisQuotaStore store, String tenant, long nanoDollars) {
        Reservation wish = new Reservation(
                "r" + ids++,
                tenant,
                List.of(MONEY, RUNNING),
                Amounts.call(0, nanoDollars),
                Duration.ofSeconds(60),
                calendar());
        return await(store.reserve(wish));
    }

    private static long used(RedisQuotaStore store, String tenant) {
        return await(store.look(tenant, List.of(MONEY), calendar())).getFirst().used();
    }

    private static TenantCalendar calendar() {
        return TenantCalendar.at(Instant.now(), ZoneOffset.UTC);
    }

    private static boolean succeeds(Future<?> future) {
        await(Future.join(List.of(future.otherwiseEmpty())));
        return future.succeeded();
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
