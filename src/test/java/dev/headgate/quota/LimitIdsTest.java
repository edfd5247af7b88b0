// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LimitIdsTest {
    private static final LimitRule RPM = LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 60);
    private static final LimitRule RPD = LimitRule.of(LimitKind.REQUESTS_PER_DAY, 900);
    private static final TenantLimits LIMITS = new TenantLimits(
            "acme",
            ZoneOffset.UTC,
            List.of(RPM, LimitRule.of(LimitKind.USD_PER_MONTH, 5)),
            Map.of("web", List.of(RPD), "batch", List.of(RPM)),
            List.of(RPD),
            List.of(RPM),
            Map.of("demo/*", List.of(RPM)));

    @Test
    void every_limit_is_found_by_the_id_that_it_shows() {
        List<Limit> all = LimitIds.all(LIMITS);
        assertThat(all).hasSize(7);
        for (Limit limit : all) {
            assertThat(LimitIds.find(LIMITS, limit.id("acme"))).isEqualTo(limit);
        }
    }

    @Test
    void ids_are_told_in_an_order_that_does_not_change() {
        assertThat(LimitIds.all(LIMITS).stream().map(limit -> limit.id("acme")))
                .containsExactly(
                        "tenant/acme/requestsPerMinute",
                        "tenant/acme/usdPerMonth",
                        "key/acme/batch/requestsPerMinute",
                        "key/acme/web/requestsPerDay",
                        "route/acme/demo/*/requestsPerMinute",
                        "user/acme/requestsPerDay",
                        "address/acme/requestsPerMinute");
    }

    @Test
    void what_the_tenant_does_not_have_is_not_found() {
        for (String id : List.of(
                "tenant/acme/requestsPerDay",
                "tenant/other/requestsPerMinute",
                "key/acme/mobile/requestsPerDay",
                "key/acme/web",
                "",
                "TENANT/acme/requestsPerMinute")) {
            assertThat(LimitIds.find(LIMITS, id)).as(id).isNull();
        }
    }

    @Test
    void the_nearest_ids_come_first() {
        assertThat(LimitIds.nearest(LIMITS, "tenant/acme/usdPerMonht"))
                .hasSize(3)
                .startsWith("tenant/acme/usdPerMonth");
        assertThat(LimitIds.nearest(LIMITS, "key/acme/wep/requestsPerDay")).startsWith("key/acme/web/requestsPerDay");
    }
}
