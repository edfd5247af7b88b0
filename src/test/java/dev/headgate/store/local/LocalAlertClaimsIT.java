// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.alert.AlertClaims;
import dev.headgate.alert.AlertClaimsContract;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalAlertClaimsIT extends AlertClaimsContract {
    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private Instant now = InstantSource.system().instant();
    private LocalAlertClaims claims;

    @BeforeEach
    void open() {
        claims = new LocalAlertClaims(vertx, dir.resolve("alerts"), () -> now);
    }

    @AfterEach
    void close() {
        await(claims.close());
        await(vertx.close());
    }

    @Override
    protected AlertClaims claims() {
        return claims;
    }

    @Test
    void touches_no_disk_before_the_first_claim() {
        assertThat(dir.resolve("alerts")).doesNotExist();
    }

    @Test
    void remembers_across_a_restart() {
        assertThat(claim(MONTH, later())).isTrue();

        restart();

        assertThat(claim(MONTH, later())).isFalse();
    }

    @Test
    void forgets_what_is_over_at_a_restart() throws IOException {
        assertThat(claim(MONTH, later())).isTrue();
        now = now.plus(Duration.ofHours(2));
        restart();

        assertThat(claim(
                        new AlertClaims.Threshold("acme", "tenant/usdPerDay", "2026-11-21", 1),
                        later().plus(Duration.ofHours(2))))
                .isTrue();
        assertThat(lines()).singleElement().asString().endsWith(" acme/tenant/usdPerDay@2026-11-21#1");
    }

    @Test
    void a_line_that_was_cut_by_a_crash_is_dropped_and_spoils_none_after_it() throws IOException {
        assertThat(claim(MONTH, later())).isTrue();
        await(claims.close());
        Files.writeString(
                dir.resolve("alerts").resolve(ClaimLog.FILE),
                "nonsense\n9999999999999 acme/tenant/usdPerDay@2026-11-21#8",
                StandardOpenOption.APPEND);
        open();

        assertThat(claim(MONTH, later())).isFalse();
        assertThat(claim(new AlertClaims.Threshold("acme", "tenant/usdPerDay", "2026-11-21", 8), later()))
                .isTrue();
        restart();
        assertThat(claim(new AlertClaims.Threshold("acme", "tenant/usdPerDay", "2026-11-21", 8), later()))
                .isFalse();
    }

    @Test
    void does_not_grow_for_ever() throws IOException {
        for (int i = 0; i < 1_100; i++) {
            claims.claim(new AlertClaims.Threshold("acme", "key/" + i, "2026-11-21", 80), later());
            if (i == 500) {
                claim(MONTH, later().plus(Duration.ofDays(1)));
                now = now.plus(Duration.ofHours(2));
            }
        }

        assertThat(claim(MONTH, later().plus(Duration.ofDays(1)))).isFalse();
        assertThat(lines().size()).isLessThan(700);
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(dir.resolve("alerts").resolve(ClaimLog.FILE));
    }

    private void restart() {
        await(claims.close());
        open();
    }
}
