// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.alert.AlertClaims.Threshold;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What everybody who remembers alerts must do. */
public abstract class AlertClaimsContract {
    protected static final Threshold MONTH = new Threshold("acme", "tenant/usdPerMonth", "2026-11-01", 80);

    protected abstract AlertClaims claims();

    @Test
    void the_first_who_asks_gets_it_and_nobody_after_it() {
        assertThat(claim(MONTH, later())).isTrue();
        assertThat(claim(MONTH, later())).isFalse();
        assertThat(claim(MONTH, later().plusSeconds(60))).isFalse();
    }

    @Test
    void one_of_many_at_once_gets_it() {
        List<Future<Boolean>> asked = IntStream.range(0, 50)
                .mapToObj(i -> claims().claim(MONTH, later()))
                .toList();

        assertThat(asked.stream().map(AlertClaimsContract::await).filter(first -> first))
                .hasSize(1);
    }

    @Test
    void every_part_of_a_threshold_counts() {
        assertThat(claim(MONTH, later())).isTrue();
        assertThat(claim(new Threshold("other", "tenant/usdPerMonth", "2026-11-01", 80), later()))
                .isTrue();
        assertThat(claim(new Threshold("acme", "route/größe/usdPerMonth", "2026-11-01", 80), later()))
                .isTrue();
        assertThat(claim(new Threshold("acme", "tenant/usdPerMonth", "2026-12-01", 80), later()))
                .isTrue();
        assertThat(claim(new Threshold("acme", "tenant/usdPerMonth", "2026-11-01", 100), later()))
                .isTrue();
    }

    @Test
    void it_is_forgotten_when_its_time_is_over() {
        assertThat(claim(MONTH, InstantSource.system().instant().minusSeconds(1)))
                .isTrue();
        assertThat(claim(MONTH, later())).isTrue();
        assertThat(claim(MONTH, later())).isFalse();
    }

    protected boolean claim(Threshold threshold, Instant until) {
        return await(claims().claim(threshold, until));
    }

    /** By the clock of the machine, which a store of its own goes by too. */
    protected static Instant later() {
        return InstantSource.system().instant().plusSeconds(3_600);
    }

    protected static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
