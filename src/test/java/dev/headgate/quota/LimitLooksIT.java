// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static dev.headgate.testkit.GatewayFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.store.redis.RedisStores;
import dev.headgate.testkit.RedisServer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A process that serves no calls learns from the shared store what others used. */
final class LimitLooksIT {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final LimitRule DAY = LimitRule.of(LimitKind.USD_PER_DAY, 1_000);
    private static final LimitRule KEY_DAY = LimitRule.of(LimitKind.REQUESTS_PER_DAY, 100);
    private static final TenantLimits ACME = new TenantLimits(
            "acme",
            ZoneOffset.UTC,
            List.of(DAY, LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 60)),
            Map.of("web", List.of(KEY_DAY)),
            List.of(DAY),
            List.of(),
            Map.of());

    private final Vertx vertx = Vertx.vertx();
    private final RedisServer server = RedisServer.start();
    private final RedisStores busy = RedisStores.open(vertx, server.url(), Duration.ofSeconds(5));
    private final RedisStores idle = RedisStores.open(vertx, server.url(), Duration.ofSeconds(5));
    private final HeardQuotaStore heard = new HeardQuotaStore(idle.quotas());
    private final BudgetRatios ratios = new BudgetRatios(CLOCK);
    private final LimitLooks looks = new LimitLooks(heard, CLOCK);
    private final List<String> ids = Collections.synchronizedList(new ArrayList<>());

    LimitLooksIT() {
        heard.addListener(ratios);
        heard.addListener((tenant, standings, calendar) ->
                standings.forEach(standing -> ids.add(standing.limit().id(tenant))));
        ratios.apply(Map.of("acme", ACME));
    }

    @AfterEach
    void close() {
        await(busy.close());
        await(idle.close());
        await(vertx.close());
        server.close();
    }

    @Test
    void knows_what_others_reserved_and_settled() {
        looks.apply(Map.of("acme", ACME), Set.of());
        reserve("r1", 800);
        await(looks.round(tenant -> true));
        assertThat(ratios.usedRatio("acme")).isEqualTo(0.8);

        await(busy.quotas().settle("acme", "r1", Amounts.call(0, 300)));
        await(looks.round(tenant -> true));
        assertThat(ratios.usedRatio("acme")).isEqualTo(0.3);
        assertThat(ids).containsOnly("tenant/acme/usdPerDay");
    }

    @Test
    void hears_its_own_decisions_at_once() {
        Limit limit = new Limit(Scope.tenant(), DAY);
        await(heard.reserve(new Reservation(
                "r1", "acme", List.of(limit), Amounts.call(0, 500), Duration.ofSeconds(60), calendar())));

        assertThat(ratios.usedRatio("acme")).isEqualTo(0.5);
        await(heard.credit("acme", limit, calendar(), 250));
        assertThat(ratios.usedRatio("acme")).isEqualTo(0.25);
        await(heard.reset("acme", limit, calendar()));
        assertThat(ratios.usedRatio("acme")).isZero();
    }

    @Test
    void asks_for_every_calendar_limit_of_tenants_that_are_alerted_and_for_nothing_of_others() {
        TenantLimits other =
                new TenantLimits("other", ZoneOffset.UTC, List.of(KEY_DAY), Map.of(), List.of(), List.of(), Map.of());
        looks.apply(Map.of("acme", ACME, "other", other), Set.of("acme"));

        await(looks.round(tenant -> true));

        assertThat(ids).containsExactlyInAnyOrder("tenant/acme/usdPerDay", "key/acme/web/requestsPerDay");
    }

    @Test
    void asks_for_more_limits_than_fit_one_request() {
        Map<String, TenantLimits> many = new HashMap<>();
        for (int i = 0; i < 40; i++) {
            many.put(
                    "t" + i,
                    new TenantLimits("t" + i, ZoneOffset.UTC, List.of(DAY), keys(), List.of(), List.of(), Map.of()));
        }
        looks.apply(many, many.keySet());

        await(looks.round(tenant -> true));

        assertThat(ids).doesNotHaveDuplicates().hasSize(40 * 251);
    }

    @Test
    void a_store_that_is_away_changes_nothing() {
        looks.apply(Map.of("acme", ACME), Set.of());
        reserve("r1", 800);
        await(looks.round(tenant -> true));
        server.kill();

        await(looks.round(tenant -> true));

        assertThat(ratios.usedRatio("acme")).isEqualTo(0.8);
    }

    private static Map<String, List<LimitRule>> keys() {
        Map<String, List<LimitRule>> keys = new HashMap<>();
        for (int i = 0; i < 250; i++) {
            keys.put("k" + i, List.of(KEY_DAY));
        }
        return keys;
    }

    private void reserve(String id, long nanoDollars) {
        await(busy.quotas()
                .reserve(new Reservation(
                        id,
                        "acme",
                        List.of(new Limit(Scope.tenant(), DAY)),
                        Amounts.call(0, nanoDollars),
                        Duration.ofSeconds(60),
                        calendar())));
    }

    private static TenantCalendar calendar() {
        return TenantCalendar.at(CLOCK.instant(), ZoneOffset.UTC);
    }
}
