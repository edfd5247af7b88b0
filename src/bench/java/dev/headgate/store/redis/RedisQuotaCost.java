// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import dev.headgate.quota.Amounts;
import dev.headgate.quota.Decision;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Reservation;
import dev.headgate.quota.Scope;
import dev.headgate.quota.TenantCalendar;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * {@code bench/quotas URL [CALLS] [IN_FLIGHT]}: what reserve and settle of one call cost a Redis that does nothing else: its CPU by
 * {@code INFO cpu}, the time in scripts by {@code INFO commandstats}, and the time of a reserve as this process sees it.
 */
final class RedisQuotaCost {
    private static final long PLENTY = 1_000_000_000;

    private final RedisQuotaStore store;
    private final List<Limit> limits;
    private final TenantCalendar calendar = TenantCalendar.at(Instant.now(), ZoneOffset.UTC);
    private final long[] nanos;
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger left;
    private final Promise<Void> done = Promise.promise();

    private RedisQuotaCost(RedisQuotaStore store, List<Limit> limits, int calls) {
        this.store = store;
        this.limits = limits;
        this.nanos = new long[calls];
        this.left = new AtomicInteger(calls);
    }

    public static void main(String[] args) throws Exception {
        String url = args.length > 0 ? args[0] : "redis://127.0.0.1:6379";
        int calls = args.length > 1 ? Integer.parseInt(args[1]) : 50_000;
        int inFlight = args.length > 2 ? Integer.parseInt(args[2]) : 64;
        Vertx vertx = Vertx.vertx();
        RedisQuotaStore store =
                RedisStores.open(vertx, url, Duration.ofSeconds(10)).quotas();
        Redis redis = Redis.createClient(vertx, url);
        System.out.println(
                "| limits | Redis CPU per call | in scripts | calls/s | reserve p50 | p99 |\n|---|---:|---:|---:|---:|---:|");
        for (Case one : cases()) {
            new RedisQuotaCost(store, one.limits, calls / 5).run(vertx, inFlight);
            double[] before = info(redis);
            long start = System.nanoTime();
            RedisQuotaCost cost = new RedisQuotaCost(store, one.limits, calls);
            cost.run(vertx, inFlight);
            double seconds = (System.nanoTime() - start) / 1e9;
            double[] after = info(redis);
            Arrays.sort(cost.nanos);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.1f µs | %.1f µs | %,.0f | %.2f ms | %.2f ms |%n",
                    one.name,
                    (after[0] - before[0]) * 1e6 / calls,
                    (after[1] - before[1]) / calls,
                    calls / seconds,
                    cost.nanos[calls / 2] / 1e6,
                    cost.nanos[calls / 100 * 99] / 1e6);
        }
        store.close().toCompletionStage().toCompletableFuture().get();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private record Case(String name, List<Limit> limits) {}

    private static List<Case> cases() {
        List<LimitRule> tenant = List.of(
                LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, PLENTY),
                LimitRule.of(LimitKind.USD_PER_DAY, LimitRule.MOST));
        List<LimitRule> key = List.of(
                LimitRule.of(LimitKind.TOKENS_PER_MINUTE, PLENTY), LimitRule.of(LimitKind.CONCURRENCY, 100_000));
        List<Limit> two = new ArrayList<>();
        tenant.forEach(rule -> two.add(new Limit(Scope.tenant(), rule)));
        key.forEach(rule -> two.add(new Limit(Scope.key("web"), rule)));
        List<Limit> three = new ArrayList<>(two);
        three.add(new Limit(Scope.route("chat"), LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, PLENTY)));
        three.add(new Limit(Scope.user("u"), LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, PLENTY)));
        List<Limit> eight = new ArrayList<>();
        for (Scope scope : List.of(Scope.tenant(), Scope.key("web"))) {
            tenant.forEach(rule -> eight.add(new Limit(scope, rule)));
            key.forEach(rule -> eight.add(new Limit(scope, rule)));
        }
        return List.of(
                new Case("1 on 1 scope", two.subList(0, 1)),
                new Case("4 on 2 scopes", two),
                new Case("6 on 4 scopes, one of them a user", three),
                new Case("8 on 2 scopes", eight));
    }

    private void run(Vertx vertx, int inFlight) throws Exception {
        vertx.runOnContext(v -> {
            for (int i = 0; i < inFlight; i++) {
                next();
            }
        });
        done.future().toCompletionStage().toCompletableFuture().get();
    }

    private void next() {
        int call = started.getAndIncrement();
        if (call >= nanos.length) {
            return;
        }
        long start = System.nanoTime();
        String id = Long.toString(start, 36) + call;
        Reservation wish =
                new Reservation(id, "acme", limits, Amounts.call(1_000, 5_000), Duration.ofSeconds(60), calendar);
        store.reserve(wish)
                .compose(decision -> settled(id, decision, call, start))
                .onFailure(done::tryFail)
                .onSuccess(settled -> {
                    next();
                    if (left.decrementAndGet() == 0) {
                        done.tryComplete();
                    }
                });
    }

    private Future<Boolean> settled(String id, Decision decision, int call, long start) {
        nanos[call] = System.nanoTime() - start;
        return decision instanceof Decision.Granted
                ? store.settle("acme", id, Amounts.call(400, 2_000))
                : Future.failedFuture("refused: " + decision);
    }

    /** CPU seconds of Redis, and microseconds in scripts. */
    private static double[] info(Redis redis) throws Exception {
        String all = ""
                + redis.send(Request.cmd(Command.INFO).arg("everything"))
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get();
        double cpu = value(all, "used_cpu_sys:", "\r") + value(all, "used_cpu_user:", "\r");
        return new double[] {cpu, value(all, "cmdstat_evalsha:calls=", ",usec=", ",")};
    }

    private static double value(String text, String after, String until) {
        int from = text.indexOf(after);
        return from < 0 ? 0 : number(text, from + after.length(), until);
    }

    private static double value(String text, String line, String after, String until) {
        int at = text.indexOf(line);
        return at < 0 ? 0 : number(text, text.indexOf(after, at) + after.length(), until);
    }

    private static double number(String text, int from, String until) {
        return Double.parseDouble(text.substring(from, text.indexOf(until, from)));
    }
}
