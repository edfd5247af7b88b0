// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import static dev.headgate.testkit.GatewayFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.alert.AlertClaims.Threshold;
import dev.headgate.auth.Revocation;
import dev.headgate.metering.UsageOrigin;
import dev.headgate.metering.UsageRow;
import dev.headgate.metering.UsageSum;
import dev.headgate.quota.Amounts;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.QuotaStore.Total;
import dev.headgate.quota.Reservation;
import dev.headgate.quota.Scope;
import dev.headgate.quota.TenantCalendar;
import dev.headgate.testkit.RedisServer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is left in Redis when nobody comes any more. */
final class RedisKeysIT {
    private static final RedisServer SERVER = RedisServer.start();
    private static final Limit MINUTE = new Limit(Scope.key("web"), LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 600));
    private static final Limit RUNNING = new Limit(Scope.tenant(), LimitRule.of(LimitKind.CONCURRENCY, 2));
    private static final Limit MONTH = new Limit(Scope.tenant(), LimitRule.of(LimitKind.USD_PER_MONTH, 100));
    private static final Limit USER = new Limit(Scope.user("ann"), LimitRule.of(LimitKind.REQUESTS_PER_DAY, 100));

    private final Vertx vertx = Vertx.vertx();
    private final RedisStores stores = RedisStores.open(vertx, SERVER.url(), Duration.ofSeconds(5));

    @AfterEach
    void close() {
        await(stores.close());
        await(vertx.close());
    }

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    @Test
    void every_key_expires_by_itself_but_those_of_revocations() {
        Instant now = Instant.now();
        TenantCalendar calendar = TenantCalendar.at(now, ZoneOffset.UTC);
        String month = calendar.of(LimitKind.USD_PER_MONTH).current().label();
        String today = LocalDate.ofInstant(now, ZoneOffset.UTC).toString();
        Duration lease = Duration.ofMinutes(1);
        for (String id : List.of("settled", "running")) {
            await(stores.quotas()
                    .reserve(new Reservation(
                            id, "acme", List.of(MINUTE, RUNNING, MONTH, USER), Amounts.call(1, 10), lease, calendar)));
        }
        await(stores.quotas().settle("acme", "settled", Amounts.call(1, 12)));
        await(stores.quotas().settle("acme", "unknown", Amounts.call(1, 12)));
        await(stores.quotas().renew("acme", List.of("running"), lease));
        await(stores.quotas().credit("acme", "node", MONTH, calendar, 1));
        await(stores.quotas().credit("acme", "node", MINUTE, calendar, 1));
        await(stores.quotas().reset("acme", USER, calendar));
        await(stores.quotas()
                .republish(
                        "acme",
                        "node",
                        List.of(new Total(
                                MONTH, calendar.of(LimitKind.USD_PER_MONTH).current(), 50))));
        await(stores.usage()
                .tell(
                        "journal",
                        "acme",
                        today,
                        List.of(new UsageRow(
                                new UsageRow.Label(new UsageOrigin("acme", "web", "chat", today), "m"),
                                new UsageSum(1, 1, 1, 1, 1, 1, 1, 1)))));
        await(stores.alerts().claim(new Threshold("acme", MONTH.path(), month, 80), now.plus(Duration.ofDays(40))));
        await(stores.replicas().beat());
        await(stores.revocations().add(List.of(new Revocation("ab".repeat(32), "acme", "web", "a test", now))));

        Map<String, Long> seconds = seconds();

        assertThat(seconds.keySet())
                .contains(
                        "hg:{acme}:r:settled",
                        "hg:{acme}:r:unknown",
                        "hg:{acme}:r:running",
                        "hg:{acme}:live",
                        "hg:{acme}:usage:" + today,
                        "hg:{headgate}:nodes")
                .hasSize(15);
        assertThat(seconds.entrySet().stream().filter(key -> key.getValue() < 0).map(Map.Entry::getKey))
                .containsExactly("hg:{headgate}:revoked", "hg:{headgate}:revoked-version");
        assertThat(seconds).allSatisfy((key, left) -> assertThat(left).isLessThanOrEqualTo(100L * 24 * 3600));
    }

    /** Until each key is gone; less than nothing if it stays. */
    private static Map<String, Long> seconds() {
        String all = SERVER.command("EVAL \"local all = '' for _, key in ipairs(redis.call('KEYS', '*')) do"
                + " all = all .. key .. '=' .. redis.call('TTL', key) .. ' ' end return all\" 0");
        Map<String, Long> seconds = new TreeMap<>();
        for (String pair : all.strip().split(" ", -1)) {
            int equals = pair.lastIndexOf('=');
            seconds.put(pair.substring(0, equals), Long.parseLong(pair.substring(equals + 1)));
        }
        return seconds;
    }
}
