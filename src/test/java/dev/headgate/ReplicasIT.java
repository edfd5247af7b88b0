// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.await;
import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.auth.KeyFormat;
import dev.headgate.auth.Revocations;
import dev.headgate.auth.Revocations.Reach;
import dev.headgate.auth.Revocations.Revoked;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RedisServer;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What several gateways on one Redis know of each other. */
class ReplicasIT {
    private static final Random RANDOM = new Random(11);
    private static final String WEB = KeyFormat.create(RANDOM);
    private static final String NEXT = KeyFormat.create(RANDOM);
    private static final String SHARED = "auth: keys\nstate: { store: redis, url: env:REDIS_URL, dir: data }\n";

    private final FakeUpstream upstream = FakeUpstream.start();
    private final RedisServer redis = RedisServer.start();
    private final List<GatewayFixture> gateways = new ArrayList<>();

    @TempDir
    Path dir;

    @AfterEach
    void stop() {
        gateways.forEach(GatewayFixture::close);
        redis.close();
        upstream.close();
    }

    @Test
    void a_key_that_is_revoked_at_one_is_refused_at_all_and_at_those_that_start_later() {
        GatewayFixture here = start();
        GatewayFixture there = start();
        assertThat(status(there, WEB)).isEqualTo(200);

        assertThat(revoke(here).reach()).isEqualTo(Reach.SHARED);

        HttpResponse<String> refusal = chat(here, WEB);
        assertThat(refusal.statusCode()).isEqualTo(401);
        assertThat(refusal.body()).contains("\"code\":\"invalid_api_key\"").contains("was revoked");
        eventually("the other has heard", () -> status(there, WEB) == 401);
        assertThat(status(start(), WEB)).isEqualTo(401);
    }

    @Test
    void a_redis_that_forgot_is_told_again() {
        GatewayFixture here = start();
        GatewayFixture there = start();
        revoke(here);
        eventually("the other has heard", () -> status(there, WEB) == 401);

        redis.command("FLUSHALL");
        eventually("told again", this::redisKnows);
        redis.kill();
        redis.restart();
        eventually("told again after a restart", this::redisKnows);

        assertThat(status(here, WEB)).isEqualTo(401);
        assertThat(status(there, WEB)).isEqualTo(401);
        assertThat(status(start(), WEB)).isEqualTo(401);
    }

    @Test
    void without_redis_a_revocation_holds_here_at_once_and_elsewhere_when_redis_is_back() {
        GatewayFixture here = start();
        GatewayFixture there = start();
        redis.kill();

        Revoked revoked = revoke(here);

        assertThat(revoked.reach()).isEqualTo(Reach.LATER);
        assertThat(revoked.onDisk()).isTrue();
        assertThat(status(here, WEB)).isEqualTo(401);
        assertThat(status(there, WEB)).isEqualTo(200);
        redis.restart();
        eventually("the other has heard", () -> status(there, WEB) == 401);
    }

    @Test
    void a_restart_keeps_revocations_without_any_redis() {
        String settings = "auth: keys\n";
        try (GatewayFixture before = GatewayFixture.start(dir, settings, routes(WEB), Map.of())) {
            assertThat(revoke(before).reach()).isEqualTo(Reach.ALONE);
            assertThat(status(before, WEB)).isEqualTo(401);
        }
        GatewayFixture after = GatewayFixture.start(dir, settings, routes(WEB), Map.of());
        gateways.add(after);
        assertThat(status(after, WEB)).isEqualTo(401);
    }

    @Test
    void a_new_key_under_the_name_of_a_revoked_one_works() throws IOException {
        GatewayFixture gateway = GatewayFixture.start(dir, "auth: keys\n", routes(WEB), Map.of());
        gateways.add(gateway);
        revoke(gateway);

        Files.writeString(gateway.routesFile(), routes(NEXT));

        eventually("the new key passes", () -> status(gateway, NEXT) == 200);
        assertThat(status(gateway, WEB)).isEqualTo(401);
    }

    @Test
    void a_key_that_does_not_exist_is_answered_with_the_names_that_do() {
        GatewayFixture gateway = GatewayFixture.start(dir, "auth: keys\n", routes(WEB), Map.of());
        gateways.add(gateway);

        assertThat(await(gateway.gateway().revoke("acne", "web", "")))
                .isEqualTo(new Revocations.UnknownTenant(List.of("acme")));
        assertThat(await(gateway.gateway().revoke("acme", "wep", "")))
                .isEqualTo(new Revocations.UnknownKey(List.of("web")));
        assertThat(status(gateway, WEB)).isEqualTo(200);
    }

    @Test
    void a_second_revocation_tells_of_the_first() {
        GatewayFixture gateway = GatewayFixture.start(dir, "auth: keys\n", routes(WEB), Map.of());
        gateways.add(gateway);
        Revoked first = revoke(gateway);

        assertThat(await(gateway.gateway().revoke("acme", "web", "again"))).isEqualTo(first);
        assertThat(first.revocations())
                .singleElement()
                .matches(one -> one.reason().equals("leaked") && one.digest().equals(KeyFormat.digest(WEB)));
    }

    @Test
    void each_knows_how_many_there_are() {
        GatewayFixture one = start();
        eventually("one", () -> replicas(one) == 1);
        GatewayFixture other = start();
        eventually("two", () -> replicas(one) == 2 && replicas(other) == 2);

        other.close();
        gateways.remove(other);
        eventually("one again", () -> replicas(one) == 1);
    }

    @Test
    void two_share_a_limit_by_halves_while_redis_is_away() {
        GatewayFixture one = start("limits: [{ requestsPerDay: { limit: 10, whenStoreDown: local } }]");
        GatewayFixture other = start("limits: [{ requestsPerDay: { limit: 10, whenStoreDown: local } }]");
        eventually("two", () -> replicas(one) == 2 && replicas(other) == 2);

        redis.kill();

        assertThat(served(one)).isEqualTo(5);
        assertThat(served(other)).isEqualTo(5);
        assertThat(replicas(one)).isEqualTo(2);
    }

    @Test
    void a_revocation_that_is_not_on_the_disk_holds_and_says_so() throws IOException {
        GatewayFixture gateway = GatewayFixture.start(dir, "auth: keys\n", routes(WEB), Map.of());
        gateways.add(gateway);
        Path inTheWay = Files.createDirectories(dir.resolve("data").resolve("revoked.jsonl"));

        assertThat(revoke(gateway).onDisk()).isFalse();
        assertThat(status(gateway, WEB)).isEqualTo(401);

        Files.delete(inTheWay);
        assertThat(revoke(gateway).onDisk()).isTrue();
    }

    @Test
    void does_not_start_without_knowing_which_keys_are_revoked() throws IOException {
        Files.createDirectories(dir.resolve("data").resolve("revoked.jsonl"));

        assertThatThrownBy(() -> GatewayFixture.start(dir, "auth: keys\n", routes(WEB), Map.of()))
                .hasMessageContaining("revoked.jsonl");
    }

    private boolean redisKnows() {
        return redis.command("HLEN hg:{headgate}:revoked").equals(":1");
    }

    private static int served(GatewayFixture gateway) {
        int served = 0;
        while (status(gateway, WEB) == 200) {
            served++;
        }
        return served;
    }

    private static double replicas(GatewayFixture gateway) {
        return gateway.metric("headgate_replicas");
    }

    private static Revoked revoke(GatewayFixture gateway) {
        Revocations.Outcome outcome = await(gateway.gateway().revoke("acme", "web", "leaked"));
        assertThat(outcome).isInstanceOf(Revoked.class);
        return (Revoked) outcome;
    }

    private static int status(GatewayFixture gateway, String key) {
        return chat(gateway, key).statusCode();
    }

    private static HttpResponse<String> chat(GatewayFixture gateway, String key) {
        return gateway.send(gateway.request("/chat/completions")
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(GatewayFixture.chatBody("chat", false)))
                .build());
    }

    private GatewayFixture start() {
        return start("mayUse: [chat]");
    }

    private GatewayFixture start(String more) {
        GatewayFixture gateway = GatewayFixture.start(SHARED, routes(WEB, more), Map.of("REDIS_URL", redis.url()));
        gateways.add(gateway);
        return gateway;
    }

    private String routes(String key) {
        return routes(key, "mayUse: [chat]");
    }

    private String routes(String key, String more) {
        return GatewayFixture.routesTo(upstream) + "tenants:\n" + GatewayFixture.tenant("acme", key, more);
    }
}
