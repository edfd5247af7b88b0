// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import static dev.headgate.testkit.GatewayFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.RevocationStore;
import dev.headgate.auth.RevocationStoreContract;
import dev.headgate.testkit.RedisServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Revocations, and who shares them, in a real Redis. */
class RedisRevocationsIT extends RevocationStoreContract {
    private final Vertx vertx = Vertx.vertx();
    private final RedisServer server = RedisServer.start();
    private final RedisStores redis = open();

    @AfterEach
    void close() {
        await(vertx.close());
        server.close();
    }

    private RedisStores open() {
        return RedisStores.open(vertx, server.url(), Duration.ofSeconds(5));
    }

    @Override
    protected RevocationStore store() {
        return redis.revocations();
    }

    @Override
    protected RevocationStore reopened() {
        return open().revocations();
    }

    private String version() {
        return await(redis.replicas().beat()).revocations();
    }

    @Test
    void names_another_version_after_each_change_and_only_then() {
        assertThat(version()).isEmpty();
        await(store().add(List.of(revocation(1))));
        String first = version();
        await(store().add(List.of(revocation(1))));
        assertThat(version()).isEqualTo(first).isNotEmpty();
        await(store().add(List.of(revocation(1), revocation(2))));
        assertThat(version()).isNotEqualTo(first);
    }

    @Test
    void never_names_a_version_twice_even_if_it_lost_all() {
        await(store().add(List.of(revocation(1))));
        String before = version();
        server.command("FLUSHALL");
        assertThat(version()).isEmpty();
        await(store().add(List.of(revocation(1))));
        assertThat(version()).isNotEqualTo(before);
    }

    @Test
    void counts_the_processes_that_beat_and_have_not_left() {
        RedisReplicas one = redis.replicas();
        RedisReplicas other = open().replicas();

        assertThat(await(one.beat())).isEqualTo(new RedisReplicas.Beat(1, "", true));
        assertThat(await(one.beat())).isEqualTo(new RedisReplicas.Beat(1, "", false));
        assertThat(await(other.beat()).live()).isEqualTo(2);
        assertThat(await(one.beat()).live()).isEqualTo(2);
        await(other.leave());
        assertThat(await(one.beat()).live()).isEqualTo(1);
    }

    @Test
    void forgets_who_was_silent_for_long_or_spoke_by_another_clock() {
        String longAgo = "1000000";
        String longHence = "9000000000000000";
        assertThat(server.command("ZADD hg:{headgate}:nodes " + longAgo + " dead " + longHence + " ahead"))
                .isEqualTo(":2");

        assertThat(await(redis.replicas().beat()).live()).isEqualTo(1);
    }

    @Test
    void knows_that_it_was_forgotten() {
        await(redis.replicas().beat());
        server.command("FLUSHALL");
        assertThat(await(redis.replicas().beat()).unknown()).isTrue();
    }

    @Test
    void complains_of_a_server_that_would_forget_counters() {
        await(redis.replicas().beat());
        assertThat(await(redis.replicas().complaints())).isEmpty();
        server.command("CONFIG SET maxmemory-policy allkeys-lru");
        assertThat(await(redis.replicas().complaints())).as("without a bound").isEmpty();
        server.command("CONFIG SET maxmemory 100mb");
        assertThat(await(redis.replicas().complaints()))
                .singleElement()
                .asString()
                .contains("maxmemory-policy allkeys-lru")
                .contains("noeviction");
    }

    @Test
    void does_not_complain_of_a_server_that_does_not_tell() {
        String password = UUID.randomUUID().toString();
        server.command("ACL SETUSER quiet on >" + password + " ~* +@all -info -config");
        RedisReplicas quiet = RedisStores.open(
                        vertx, server.url().replace("//", "//quiet:" + password + "@"), Duration.ofSeconds(5))
                .replicas();

        assertThat(await(quiet.beat()).live()).isEqualTo(1);
        Future<List<String>> complaints = quiet.complaints();
        await(complaints.otherwiseEmpty());
        assertThat(complaints.failed()).isTrue();
        assertThat(await(quiet.beat()).live()).isEqualTo(1);
    }
}
