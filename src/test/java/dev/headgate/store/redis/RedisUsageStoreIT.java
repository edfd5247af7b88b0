// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import static dev.headgate.testkit.GatewayFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.headgate.metering.UsageOrigin;
import dev.headgate.metering.UsagePart;
import dev.headgate.metering.UsageRow;
import dev.headgate.metering.UsageStore;
import dev.headgate.metering.UsageSum;
import dev.headgate.testkit.RedisServer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is told of usage, on the oldest Redis that works and on the one that this machine has, if it has one. */
final class RedisUsageStoreIT {
    private static final String DAY = "2026-11-21";

    @Nested
    final class OnTheOldest extends Contract {
        private static final RedisServer SERVER = RedisServer.start();

        @Override
        RedisServer server() {
            return SERVER;
        }
    }

    @Nested
    final class OnTheSystems extends Contract {
        private static final Optional<RedisServer> SERVER = RedisServer.startSystems();

        @Override
        RedisServer server() {
            assumeTrue(SERVER.isPresent(), "no redis-server on the path or in HEADGATE_REDIS_SERVER");
            return SERVER.orElseThrow();
        }
    }

    abstract static class Contract {
        private final Vertx vertx = Vertx.vertx();
        private @Nullable RedisStores stores;

        abstract RedisServer server();

        @AfterEach
        void close() {
            if (stores != null) {
                server().command("FLUSHALL");
                await(stores.close());
            }
            await(vertx.close());
        }

        private UsageStore store() {
            RedisStores opened = stores;
            if (opened == null) {
                opened = RedisStores.open(vertx, server().url(), Duration.ofSeconds(5));
                stores = opened;
            }
            return opened.usage();
        }

        @Test
        void gives_back_every_number_and_name() {
            UsageRow row = row("k\"e|y", "a/*", "möd el\n", Long.MAX_VALUE);
            await(store().tell("j1", "acme", DAY, List.of(row)));

            assertThat(await(store().read("acme", DAY, ""))).containsExactly(row);
            assertThat(await(store().read("acme", "2026-11-20", ""))).isEmpty();
            assertThat(await(store().read("beta", DAY, ""))).isEmpty();
        }

        @Test
        void what_a_journal_says_replaces_what_it_said_and_nothing_of_others() {
            await(store().tell("j1", "acme", DAY, List.of(row("web", "chat", "m", 1), row("web", "chat", "n", 2))));
            await(store().tell("j2", "acme", DAY, List.of(row("web", "chat", "m", 30))));
            await(store().tell("j1", "acme", DAY, List.of(row("web", "chat", "m", 5))));

            assertThat(await(store().read("acme", DAY, "")))
                    .extracting(row -> row.sum().requests())
                    .containsExactlyInAnyOrder(5L, 2L, 30L);
            assertThat(await(store().read("acme", DAY, "j1")))
                    .extracting(row -> row.sum().requests())
                    .containsExactly(30L);
        }

        @Test
        void says_whether_it_still_knows_a_journal() {
            assertThat(await(store().tell("j1", "acme", DAY, List.of(row("web", "chat", "m", 1)))))
                    .isFalse();
            assertThat(await(store().tell("j1", "acme", DAY, List.of()))).isTrue();
            assertThat(await(store().tell("j2", "acme", DAY, List.of()))).isFalse();

            server().command("FLUSHALL");
            assertThat(await(store().tell("j1", "acme", DAY, List.of()))).isFalse();
        }

        @Test
        void takes_many_rows_at_once_and_forgets_them_after_a_hundred_days() {
            List<UsageRow> many = IntStream.range(0, 500)
                    .mapToObj(i -> row("web", "chat", "model-" + i, i))
                    .toList();
            await(store().tell("j1", "acme", DAY, many));

            assertThat(await(store().read("acme", DAY, ""))).containsExactlyInAnyOrderElementsOf(many);
            long left = Long.parseLong(
                    server().command("TTL hg:{acme}:usage:" + DAY).replaceAll("\\D", ""));
            assertThat(left).isBetween(8_630_000L, 8_640_000L);
        }

        private static UsageRow row(String key, String route, String model, long requests) {
            return UsageRow.of(
                    new UsageOrigin("acme", key, route, DAY),
                    new UsagePart(model, new UsageSum(requests, 2, 3, 4, 5, 6, 7, 8)));
        }
    }
}
