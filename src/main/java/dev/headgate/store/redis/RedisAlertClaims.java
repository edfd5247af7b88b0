// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import dev.headgate.alert.AlertClaims;
import io.vertx.core.Future;
import java.time.Instant;

/** Claims that all replicas share, one key each. Redis forgets them by itself. */
public final class RedisAlertClaims implements AlertClaims {
    private final RedisCommands redis;
    private final Script claim;

    RedisAlertClaims(RedisCommands redis, Script claim) {
        this.redis = redis;
        this.claim = claim;
    }

    @Override
    public Future<Boolean> claim(Threshold threshold, Instant until) {
        String key = RedisQuotaStore.prefix(threshold.tenant()) + "alert:" + threshold.name();
        return redis.send(ScriptCall.of(claim, key, until.toEpochMilli()))
                .map(reply -> RedisQuotaStore.number(reply) == 1);
    }
}
