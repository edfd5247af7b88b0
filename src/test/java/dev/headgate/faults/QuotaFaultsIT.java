// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.RedisServer;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What becomes of limits, through the API port, when the Redis that they are counted in goes wrong. */
final class QuotaFaultsIT {
    /** Failures after which Redis is not asked any more; three if they are timeouts. */
    private static final int FAILURES = 5;
    /** The longest time between two rounds of what makes a forgetful Redis right again. */
    private static final Duration REPAIR = Duration.ofSeconds(25);

    @TestFactory
    Stream<DynamicTest> a_redis_that_goes_wrong() {
        var table = new FaultTable("quotas", "fault", "while it lasts", "afterwards");
        return table.tests(List.of(
                new FaultTable.Row(
                        "killed, and started again without its data",
                        () -> killed("killed, and started again without its data")),
                outage("frozen (`SIGSTOP`)", 3, RedisServer::freeze, RedisServer::thaw),
                new FaultTable.Row("slower than `state.timeout`", this::slow),
                outage(
                        "a replica, which takes no writes",
                        FAILURES,
                        redis -> redis.command("REPLICAOF 127.0.0.1 1"),
                        redis -> redis.command("REPLICAOF NO ONE")),
                outage(
                        "out of memory",
                        FAILURES,
                        redis -> redis.command("CONFIG SET maxmemory 1"),
                        redis -> redis.command("CONFIG SET maxmemory 0")),
                new FaultTable.Row("emptied (`FLUSHALL`)", this::emptied),
                new FaultTable.Row("without its scripts (`SCRIPT FLUSH`)", this::withoutScripts),
                new FaultTable.Row("the master of a Sentinel set is killed", this::failover),
                new FaultTable.Row("one node of a cluster of three is killed", this::nodeLost)));
    }

    private interface Change {
        void to(RedisServer redis);
    }

    private static FaultTable.Row outage(String fault, int failures, Change breaks, Change heals) {
        return new FaultTable.Row(fault, () -> {
            try (RedisServer redis = RedisServer.start();
                    RedisLine line = new RedisLine(redis.port());
                    LimitedGateway gateway = new LimitedGateway(line.url())) {
                gateway.awaitExact("allow");
                breaks.to(redis);
                List<String> cells = whileAway(fault, gateway, line, failures);
                heals.to(redis);
                assertRightAgain(gateway, List.of(redis));
                return List.of(cells);
            }
        });
    }

    private static List<List<String>> killed(String fault) {
        try (RedisServer redis = RedisServer.start();
                LimitedGateway gateway = new LimitedGateway(redis.url())) {
            gateway.awaitExact("allow");
            redis.kill();
            assertGoesAlone(gateway, FAILURES);
            List<String> cells = List.of(fault, policies(gateway), RIGHT_AGAIN);
            redis.restart();
            assertRightAgain(gateway, List.of(redis));
            return List.of(cells);
        }
    }

    private List<List<String>> slow() throws Exception {
        try (RedisServer redis = RedisServer.start();
                RedisLine line = new RedisLine(redis.port());
                LimitedGateway gateway = new LimitedGateway(line.url())) {
            gateway.awaitExact("allow");
            line.slow(Duration.ofMillis(400));
            List<String> cells = whileAway("slower than `state.timeout`", gateway, line, 3);
            line.slow(Duration.ZERO);
            assertRightAgain(gateway, List.of(redis));
            return List.of(cells);
        }
    }

    private static final String RIGHT_AGAIN =
            "asked again after the first good probe; the budgets have what was granted meanwhile";

    private static List<String> whileAway(String fault, LimitedGateway gateway, RedisLine line, int failures) {
        assertGoesAlone(gateway, failures);
        int asked = tenants().stream().mapToInt(line::asked).sum();
        String policies = policies(gateway);
        assertThat(tenants().stream().mapToInt(line::asked).sum())
                .as("nothing is asked of a Redis that is away")
                .isEqualTo(asked);
        return List.of(fault, policies, RIGHT_AGAIN);
    }

    /** The first calls find it out, and are served; those after them do not ask. */
    private static void assertGoesAlone(LimitedGateway gateway, int failures) {
        int calls = 0;
        while (gateway.asksRedis()) {
            Answer answer = gateway.call("allow");
            assertThat(answer.words()).isEqualTo("200");
            assertThat(LimitedGateway.isLocal(answer)).isTrue();
            calls++;
            assertThat(calls).as("calls that asked in vain").isLessThanOrEqualTo(failures);
        }
    }

    private static List<String> tenants() {
        return List.of("local", "allowance", "deny", "allow");
    }

    /** What the tenants get by their own words. */
    private static String policies(LimitedGateway gateway) {
        List<String> all = new ArrayList<>();
        for (String tenant : tenants()) {
            all.add("`" + tenant + "`: " + gateway.wordsAlone(tenant, LimitedGateway.LOCAL_CALLS + 1));
        }
        assertThat(gateway.served("local")).isEqualTo(LimitedGateway.LOCAL_CALLS);
        assertThat(gateway.served("allowance")).isEqualTo(LimitedGateway.ALLOWANCE);
        assertThat(gateway.asksRedis()).isFalse();
        return String.join("; ", all);
    }

    private static void assertRightAgain(LimitedGateway gateway, List<RedisServer> nodes) {
        eventually("asked again", gateway::asksRedis);
        tenants().stream().filter(tenant -> !tenant.equals("local")).forEach(gateway::awaitExact);
        assertBudgets(gateway, nodes);
        gateway.assertOneRecordEach();
    }

    private static void assertBudgets(LimitedGateway gateway, List<RedisServer> nodes) {
        for (String tenant : LimitedGateway.BUDGETS) {
            long deadline = System.nanoTime() + REPAIR.toNanos();
            while (!used(nodes, tenant).equals(gateway.spent(tenant))) {
                assertThat(System.nanoTime())
                        .as("%s: %s spent, %s counted", tenant, gateway.spent(tenant), used(nodes, tenant))
                        .isLessThan(deadline);
                LockSupport.parkNanos(20_000_000);
            }
        }
    }

    /** By the node that has it. */
    private static String used(List<RedisServer> nodes, String tenant) {
        String key = "hg:{" + tenant + "}:tenant/usdPerDay@" + LocalDate.now(ZoneOffset.UTC);
        return nodes.stream()
                .map(node -> node.command("GET " + key))
                .filter(answer -> !answer.startsWith("-MOVED"))
                .findFirst()
                .orElse("nobody has it");
    }

    private List<List<String>> emptied() throws Exception {
        try (RedisServer redis = RedisServer.start();
                RedisLine line = new RedisLine(redis.port());
                LimitedGateway gateway = new LimitedGateway(line.url())) {
            for (int i = 0; i < 5; i++) {
                LimitedGateway.BUDGETS.forEach(gateway::awaitExact);
            }
            redis.command("FLUSHALL");
            LimitedGateway.BUDGETS.forEach(gateway::awaitExact);
            assertThat(gateway.asksRedis()).isTrue();
            assertBudgets(gateway, List.of(redis));
            gateway.assertOneRecordEach();
            return List.of(List.of(
                    "emptied (`FLUSHALL`)",
                    "200, decided by Redis; budgets lack what was used before",
                    "within 10 s the budgets have what was used before and since"));
        }
    }

    private List<List<String>> withoutScripts() throws Exception {
        try (RedisServer redis = RedisServer.start();
                RedisLine line = new RedisLine(redis.port());
                LimitedGateway gateway = new LimitedGateway(line.url())) {
            LimitedGateway.BUDGETS.forEach(gateway::awaitExact);
            for (int i = 0; i < 5; i++) {
                redis.command("SCRIPT FLUSH");
                for (String tenant : LimitedGateway.BUDGETS) {
                    Answer answer = gateway.call(tenant);
                    assertThat(answer.words()).isEqualTo("200");
                    assertThat(LimitedGateway.isLocal(answer)).isFalse();
                }
            }
            assertBudgets(gateway, List.of(redis));
            gateway.assertOneRecordEach();
            return List.of(List.of(
                    "without its scripts (`SCRIPT FLUSH`)",
                    "200, decided by Redis: the call that finds it out sends the script",
                    "nothing is left to do"));
        }
    }

    private List<List<String>> failover() throws Exception {
        String fault = "the master of a Sentinel set is killed";
        try (RedisServer master = RedisServer.start();
                RedisServer replica = RedisServer.start("--replicaof", "127.0.0.1", "" + master.port());
                RedisServer sentinel = RedisServer.startSentinel(master, "quota")) {
            eventually(
                    "the Sentinel knows the replica",
                    () -> sentinel.command("SENTINEL REPLICAS quota").equals("*1"));
            try (LimitedGateway gateway =
                    new LimitedGateway("redis-sentinel://127.0.0.1:" + sentinel.port() + "/quota")) {
                LimitedGateway.BUDGETS.forEach(gateway::awaitExact);
                eventually(
                        "replicated",
                        () -> LimitedGateway.BUDGETS.stream()
                                .allMatch(
                                        tenant -> used(List.of(replica), tenant).equals(gateway.spent(tenant))));
                master.kill();
                assertGoesAlone(gateway, FAILURES);
                assertRightAgain(gateway, List.of(replica));
                return List.of(List.of(
                        fault,
                        "as if it were killed, until the Sentinels have promoted a replica",
                        "the replica is asked; the budgets have what was granted meanwhile"));
            }
        }
    }

    private List<List<String>> nodeLost() {
        String fault = "one node of a cluster of three is killed";
        List<RedisServer> nodes = RedisServer.startCluster(3);
        String[] many = IntStream.range(0, 12).mapToObj(i -> "tenant-" + i).toArray(String[]::new);
        try (LimitedGateway gateway = new LimitedGateway(
                "redis-cluster://127.0.0.1:" + nodes.getFirst().port(), many)) {
            List.of(many).forEach(gateway::awaitExact);
            RedisServer lost = holder(nodes, many[0]);
            Map<Boolean, List<String>> tenants =
                    Stream.of(many).collect(Collectors.partitioningBy(tenant -> holder(nodes, tenant) == lost));
            lost.kill();
            String gone = requireNonNull(tenants.get(true)).getFirst();
            String other = requireNonNull(tenants.get(false)).getFirst();
            eventually("so many calls fail that its node is not asked", () -> {
                assertThat(LimitedGateway.isLocal(gateway.call(other))).isFalse();
                return LimitedGateway.isLocal(gateway.call(gone)) && !gateway.asksRedis();
            });
            assertThat(gateway.call(gone).words()).isEqualTo("503 `store_unavailable`");
            assertThat(LimitedGateway.isLocal(gateway.call(other))).isFalse();
            lost.restart();
            gateway.awaitExact(gone);
            assertThat(used(nodes, gone)).isEqualTo(gateway.spent(gone));
            assertThat(used(nodes, other)).isEqualTo(gateway.spent(other));
            gateway.assertOneRecordEach();
            return List.of(List.of(
                    fault,
                    "as if Redis were killed for tenants that it counts, and nothing for the others",
                    "its tenants are decided by Redis again, with what they had used"));
        } finally {
            nodes.forEach(RedisServer::close);
        }
    }

    private static RedisServer holder(List<RedisServer> nodes, String tenant) {
        return nodes.stream()
                .filter(node -> !node.command("GET {" + tenant + "}").startsWith("-MOVED"))
                .findFirst()
                .orElseThrow();
    }
}
