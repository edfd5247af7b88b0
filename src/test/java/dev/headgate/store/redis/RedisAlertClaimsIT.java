// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.alert.AlertClaims;
import dev.headgate.alert.AlertClaimsContract;
import dev.headgate.alert.TwoClaims;
import dev.headgate.testkit.RedisServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RedisAlertClaimsIT extends AlertClaimsContract {
    private static final RedisServer SERVER = RedisServer.start();

    private final Vertx vertx = Vertx.vertx();
    private RedisStores redis;

    @BeforeEach
    void open() {
        SERVER.command("FLUSHALL");
        redis = open(SERVER);
    }

    private RedisStores open(RedisServer server) {
        return RedisStores.open(vertx, server.url(), Duration.ofSeconds(5));
    }

    @AfterEach
    void close() {
        await(redis.close());
        await(vertx.close());
    }

    @Override
    protected AlertClaims claims() {
        return redis.alerts();
    }

    @Test
    void what_one_process_claims_is_claimed_for_all() {
        RedisStores other = open(SERVER);

        assertThat(claim(MONTH, later())).isTrue();
        assertThat(await(other.alerts().claim(MONTH, later()))).isFalse();
        await(other.close());
    }

    @Test
    void a_redis_that_is_away_is_passed_over_rather_than_losing_the_alert() {
        try (RedisServer gone = RedisServer.start()) {
            RedisStores lost = open(gone);
            gone.kill();
            AlertClaims both = new TwoClaims((threshold, until) -> Future.succeededFuture(true), lost.alerts());

            assertThat(await(both.claim(MONTH, later()))).isTrue();
            await(lost.close());
        }
    }

    @Test
    void a_disk_that_fails_does_not_lose_the_alert_either_and_redis_still_knows_who_was_first() {
        AlertClaims both =
                new TwoClaims((threshold, until) -> Future.failedFuture(new IOException("no space")), redis.alerts());

        assertThat(await(both.claim(MONTH, later()))).isTrue();
        assertThat(await(both.claim(MONTH, later()))).isFalse();
    }

    @Test
    void what_this_process_remembers_is_not_asked_for_again() {
        AlertClaims both = new TwoClaims((threshold, until) -> Future.succeededFuture(false), redis.alerts());

        assertThat(await(both.claim(MONTH, later()))).isFalse();
        assertThat(claim(MONTH, later())).isTrue();
    }
}
