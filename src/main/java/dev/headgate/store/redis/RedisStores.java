// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;

/** All that is kept in one Redis, over the same connections. Thread-safe. */
public final class RedisStores {
    private final RedisCommands redis;
    private final RedisQuotaStore quotas;

    private RedisStores(RedisCommands redis, Scripts scripts) {
        this.redis = redis;
        this.quotas = new RedisQuotaStore(redis, scripts, RedisQuotaStore.MOST_LIVE_VALUES);
    }

    /**
     * Dials at once and again until it succeeds; never fails because Redis is away.
     *
     * @param url as in {@link RedisUrl}
     * @param deadline of every command
     * @throws IllegalArgumentException if the address cannot be understood
     */
    public static RedisStores open(Vertx vertx, String url, Duration deadline) {
        Scripts scripts = Scripts.load();
        return new RedisStores(new RedisCommands(vertx, url, deadline, scripts.all()), scripts);
    }

    /** What callers use. */
    public RedisQuotaStore quotas() {
        return quotas;
    }

    public Future<Void> close() {
        return redis.close();
    }
}
