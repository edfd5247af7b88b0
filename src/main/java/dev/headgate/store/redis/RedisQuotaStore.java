// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import dev.headgate.quota.Amounts;
import dev.headgate.quota.Decision;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.QuotaStore;
import dev.headgate.quota.Reservation;
import dev.headgate.quota.Standing;
import dev.headgate.quota.TenantCalendar;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts in Redis, for all replicas exactly: every operation is one script, and so one round trip and indivisible. All keys of a
 * tenant share a hash tag. Any thread may call; calls of one event loop keep their order.
 */
public final class RedisQuotaStore implements QuotaStore {
    /** How many users and addresses of one tenant have counters of their own. */
    public static final int MOST_LIVE_VALUES = 100_000;

    private static final long SETTLED_MILLIS = 30_000;
    private static final long WINDOW_KEPT_MILLIS = Duration.ofDays(2).toMillis();
    private static final int RENEW_AT_ONCE = 200;
    /** One script with the limits of thousands of keys would hold up everybody else, and more than 8,000 do not fit. */
    private static final int LOOK_AT_ONCE = 200;

    private final RedisCommands redis;
    private final Scripts scripts;
    private final int mostLive;

    RedisQuotaStore(RedisCommands redis, Scripts scripts, int mostLive) {
        this.redis = redis;
        this.scripts = scripts;
        this.mostLive = mostLive;
    }

    @Override
    public Future<Decision> reserve(Reservation reservation) {
        String prefix = prefix(reservation.tenant());
        return redis.send(ScriptCall.of(
                        scripts.reserve(), prefix + "r:" + reservation.id(), prefix, Wish.of(reservation), mostLive))
                .map(reply -> Decision.by(standings(reservation.limits(), reply), Decision.Source.EXACT));
    }

    @Override
    public Future<Boolean> settle(String tenant, String id, Amounts actual) {
        String prefix = prefix(tenant);
        return redis.send(ScriptCall.of(
                        scripts.settle(),
                        prefix + "r:" + id,
                        prefix,
                        actual.requests(),
                        actual.tokens(),
                        actual.nanoDollars(),
                        SETTLED_MILLIS))
                .map(reply -> number(reply) == 1);
    }

    @Override
    public Future<List<String>> renew(String tenant, Collection<String> ids, Duration lease) {
        List<String> all = List.copyOf(ids);
        Future<List<String>> unknown = Future.succeededFuture(List.of());
        for (int from = 0; from < all.size(); from += RENEW_AT_ONCE) {
            List<String> some = all.subList(from, Math.min(all.size(), from + RENEW_AT_ONCE));
            unknown = unknown.compose(before -> renewSome(tenant, some, lease).map(more -> joined(before, more)));
        }
        return unknown;
    }

    private Future<List<String>> renewSome(String tenant, List<String> ids, Duration lease) {
        String prefix = prefix(tenant);
        List<String> keys = ids.stream().map(id -> prefix + "r:" + id).toList();
        ScriptCall call = new ScriptCall(scripts.renew(), keys, List.of(prefix, lease.toNanos() / 1_000));
        return redis.send(call).map(reply -> {
            List<String> unknown = new ArrayList<>();
            if (reply != null) {
                reply.forEach(place -> unknown.add(ids.get((int) number(place) - 1)));
            }
            return unknown;
        });
    }

    @Override
    public Future<List<Standing>> look(String tenant, List<Limit> limits, TenantCalendar calendar) {
        Future<List<Standing>> all = Future.succeededFuture(List.of());
        for (int from = 0; from < limits.size(); from += LOOK_AT_ONCE) {
            List<Limit> some = limits.subList(from, Math.min(limits.size(), from + LOOK_AT_ONCE));
            all = all.compose(before -> lookAtSome(tenant, some, calendar).map(more -> joined(before, more)));
        }
        return all;
    }

    private Future<List<Standing>> lookAtSome(String tenant, List<Limit> limits, TenantCalendar calendar) {
        String prefix = prefix(tenant);
        return redis.send(ScriptCall.of(
                        scripts.reserve(), prefix + "r:", prefix, Wish.toLook(limits, calendar), mostLive))
                .map(reply -> standings(limits, reply));
    }

    @Override
    public Future<Standing> reset(String tenant, Limit limit, TenantCalendar calendar) {
        return adjust(tenant, "", limit, calendar, "");
    }

    @Override
    public Future<Standing> credit(String tenant, String node, Limit limit, TenantCalendar calendar, long units) {
        if (limit.kind() == LimitKind.CONCURRENCY) {
            throw new IllegalArgumentException("concurrency has nothing to give back");
        }
        return adjust(tenant, node, limit, calendar, Long.toString(units));
    }

    private Future<Standing> adjust(String tenant, String node, Limit limit, TenantCalendar calendar, String units) {
        String prefix = prefix(tenant);
        return look(tenant, List.of(limit), calendar)
                .compose(before -> redis.send(ScriptCall.of(
                        scripts.adjust(),
                        prefix + "r:",
                        prefix,
                        Wish.toLook(List.of(limit), calendar),
                        units,
                        before.getFirst().shared() ? 1 : 0,
                        node)))
                .compose(done -> look(tenant, List.of(limit), calendar))
                .map(List::getFirst);
    }

    @Override
    public Future<Void> republish(String tenant, String node, Collection<Total> totals) {
        if (totals.isEmpty()) {
            return Future.succeededFuture();
        }
        String prefix = prefix(tenant);
        List<Object> arguments = new ArrayList<>(List.of(prefix, node));
        for (Total total : totals) {
            arguments.add(total.limit().path() + '@' + total.window().label());
            arguments.add(total.window().endMicros() / 1_000 + WINDOW_KEPT_MILLIS);
            arguments.add(total.used());
        }
        return redis.send(new ScriptCall(scripts.republish(), List.of(prefix + "r:"), arguments))
                .mapEmpty();
    }

    /** Writes, because a replica or a full memory would still answer a question. */
    @Override
    public Future<Void> check(String tenant) {
        return settle(tenant, "check", Amounts.NONE).mapEmpty();
    }

    /** Of a cluster, the tenant's node. */
    @Override
    public String part(String tenant) {
        return redis.node(prefix(tenant));
    }

    /** Closes the connections, which other stores of the same Redis use too. */
    @Override
    public Future<Void> close() {
        return redis.close();
    }

    /** What every key of a tenant begins with; the braces are the hash tag that puts them into one slot of a cluster. */
    static String prefix(String tenant) {
        if (tenant.isEmpty() || tenant.indexOf('{') >= 0 || tenant.indexOf('}') >= 0) {
            throw new IllegalArgumentException("a tenant's name has no braces: " + tenant);
        }
        return "hg:{" + tenant + "}:";
    }

    private static List<Standing> standings(List<Limit> limits, @Nullable Response reply) {
        if (reply == null || reply.size() != 1 + 4 * limits.size()) {
            throw new IllegalStateException("reserve.lua answers four numbers for each limit");
        }
        Standing[] standings = new Standing[limits.size()];
        for (int i = 0; i < standings.length; i++) {
            int at = 1 + 4 * i;
            standings[i] = new Standing(
                    limits.get(i),
                    number(reply.get(at)),
                    number(reply.get(at + 1)),
                    number(reply.get(at + 2)),
                    number(reply.get(at + 3)) == 1);
        }
        return List.of(standings);
    }

    static long number(@Nullable Response reply) {
        Long number = reply == null ? null : reply.toLong();
        return number == null ? 0 : number;
    }

    private static <T> List<T> joined(List<T> one, List<T> other) {
        List<T> all = new ArrayList<>(one);
        all.addAll(other);
        return all;
    }
}
