// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import dev.headgate.metering.UsageStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All that is kept in one Redis, over the same connections. Thread-safe. */
public final class RedisStores {
    private final RedisCommands redis;
    private final RedisQuotaStore quotas;
    private final RedisReplicas replicas;
    private final RedisRevocations revocations;
    private final RedisUsageStore usage;
    private final RedisAlertClaims alerts;

    private RedisStores(RedisCommands redis, Scripts scripts) {
        this.redis = redis;
        this.quotas = new RedisQuotaStore(redis, scripts, RedisQuotaStore.MOST_LIVE_VALUES);
        this.replicas = new RedisReplicas(redis);
        this.revocations = new RedisRevocations(redis);
        this.usage = new RedisUsageStore(redis, scripts);
        this.alerts = new RedisAlertClaims(redis, scripts.claim());
    }

    /**
     * Dials at once and again until it succeeds; never fails because Redis is away.
     *
     * @param url as in {@link dev.headgate.call.RedisAddress}
     * @param deadline of every command
     * @throws IllegalArgumentException if the address cannot be understood
     */
    public static RedisStores open(Vertx vertx, String url, Duration deadline) {
        Scripts scripts = Scripts.load();
        List<Script> all = new ArrayList<>(scripts.all());
        all.addAll(List.of(RedisReplicas.BEAT, RedisReplicas.LEAVE, RedisRevocations.ADD, RedisRevocations.ALL));
        return new RedisStores(new RedisCommands(vertx, url, deadline, all), scripts);
    }

    /** What callers use. */
    public RedisQuotaStore quotas() {
        return quotas;
    }

    /** Which processes share it. */
    public RedisReplicas replicas() {
        return replicas;
    }

    /** Which keys are not accepted any more. */
    public RedisRevocations revocations() {
        return revocations;
    }

    /** What processes tell each other of usage. */
    public UsageStore usage() {
        return usage;
    }

    /** Which alerts are told. */
    public RedisAlertClaims alerts() {
        return alerts;
    }

    public Future<Void> close() {
        return redis.close();
    }
}
