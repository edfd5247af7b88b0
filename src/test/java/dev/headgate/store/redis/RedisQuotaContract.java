// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import static java.util.Objects.requireNonNull;

import dev.headgate.quota.QuotaStore;
import dev.headgate.quota.QuotaStoreContract;
import dev.headgate.testkit.RedisServer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The contract on a real Redis, whose scripts read the time from a key that the test sets. */
abstract class RedisQuotaContract extends QuotaStoreContract {
    /** Everything but the clock is as it ships. */
    static final Scripts SCRIPTS = Scripts.load(text -> {
        String changed = text.replace(
                "local time = redis.call('TIME')\n  return time[1] * 1000000 + time[2]",
                "return tonumber(redis.call('GET', 'test:now'))");
        if (changed.equals(text)) {
            throw new AssertionError("the clock is read elsewhere");
        }
        return changed;
    });

    private final Vertx vertx = Vertx.vertx();
    private Instant now = START;
    private @Nullable RedisQuotaStore store;

    abstract RedisServer server();

    @BeforeEach
    void open() {
        server().command("FLUSHALL");
        moveClockTo(START);
        store = new RedisQuotaStore(
                new RedisCommands(vertx, server().url(), Duration.ofSeconds(5), SCRIPTS.all()), SCRIPTS, MOST_LIVE);
    }

    @AfterEach
    void close() {
        if (store != null) {
            await(store.close());
        }
        await(vertx.close());
    }

    @Override
    protected QuotaStore store() {
        return requireNonNull(store);
    }

    @Override
    protected Instant now() {
        return now;
    }

    @Override
    protected void moveClockTo(Instant instant) {
        now = instant;
        server().command("SET test:now " + (instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000));
    }
}
