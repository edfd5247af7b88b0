// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReadyPageTest {
    private static final StoreHealth ALONE = new StoreHealth(null, null, true);

    @Test
    void a_process_that_counts_alone_is_ready() {
        assertThat(ReadyPage.status(false, ALONE)).isEqualTo(200);
        assertThat(ReadyPage.of("abc", false, ALONE))
                .isEqualTo(Map.of(
                        "status", "ready", "revision", "abc", "quotaStore", Map.of("kind", "local", "state", "exact")));
    }

    @Test
    void a_shared_store_that_is_away_is_told_and_does_not_make_it_unready() {
        StoreHealth away = new StoreHealth(
                new StoreHealth.Shared(
                        "redis", false, Instant.EPOCH, "no connection to Redis", false, 3, 7, List.of("mend")),
                null,
                true);

        assertThat(ReadyPage.status(false, away)).isEqualTo(200);
        assertThat(ReadyPage.of("abc", false, away).get("quotaStore"))
                .isEqualTo(Map.of(
                        "kind",
                        "redis",
                        "state",
                        "local",
                        "since",
                        "1970-01-01T00:00:00Z",
                        "reason",
                        "no connection to Redis",
                        "answers",
                        false,
                        "replicas",
                        3,
                        "pendingSettlements",
                        7,
                        "warnings",
                        List.of("mend")));
    }

    @Test
    void a_journal_that_takes_no_calls_makes_it_unready_where_tenants_have_budgets() {
        StoreHealth needed = new StoreHealth(null, "disk full", true);
        assertThat(ReadyPage.status(false, needed)).isEqualTo(503);
        assertThat(ReadyPage.of("abc", false, needed))
                .containsEntry("status", "unready")
                .containsEntry("usageJournal", Map.of("fault", "disk full"));

        StoreHealth idle = new StoreHealth(null, "disk full", false);
        assertThat(ReadyPage.status(false, idle)).isEqualTo(200);
        assertThat(ReadyPage.of("abc", false, idle)).containsEntry("status", "ready");
    }

    @Test
    void draining_goes_before_all() {
        assertThat(ReadyPage.status(true, ALONE)).isEqualTo(503);
        assertThat(ReadyPage.of("abc", true, new StoreHealth(null, "disk full", true)))
                .containsEntry("status", "draining");
    }
}
