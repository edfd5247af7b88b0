// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.resilience.SimulatedBackend.Jitter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class AdaptiveLimitTest {
    private static final long MILLI = 1_000_000;

    /** Answers, one every millisecond, that each took so long; returns the time of the last. */
    private static long answers(AdaptiveLimit limit, long from, int count, long millis, int inUse) {
        long now = from;
        for (int i = 0; i < count; i++) {
            now += MILLI;
            limit.firstByte(now, millis * MILLI, inUse);
        }
        return now;
    }

    @Test
    void starts_at_twenty() {
        assertThat(new AdaptiveLimit().limit()).isEqualTo(20);
    }

    @Test
    void judges_no_window_that_is_shorter_than_half_a_second() {
        AdaptiveLimit limit = new AdaptiveLimit();
        answers(limit, 0, 500, 10, 20);
        assertThat(limit.limit()).isEqualTo(20);
        answers(limit, 500 * MILLI, 2, 10, 20);
        assertThat(limit.limit()).isEqualTo(24);
    }

    @Test
    void judges_no_window_of_fewer_than_ten_answers() {
        AdaptiveLimit limit = new AdaptiveLimit();
        for (int i = 1; i <= 9; i++) {
            limit.firstByte(i * 1_000L * MILLI, 10 * MILLI, 10);
        }
        assertThat(limit.limit()).isEqualTo(20);
        limit.firstByte(10_000 * MILLI, 10 * MILLI, 10);
        assertThat(limit.limit()).isEqualTo(24);
    }

    @Test
    void does_not_grow_while_less_than_half_of_it_is_used() {
        AdaptiveLimit limit = new AdaptiveLimit();
        answers(limit, 0, 5_000, 10, 9);
        assertThat(limit.limit()).isEqualTo(20);
    }

    @Test
    void shrinks_at_most_by_half_in_one_window_less_the_head_room() {
        AdaptiveLimit limit = new AdaptiveLimit();
        long now = answers(limit, 0, 501, 10, 20);
        answers(limit, now + 10 * MILLI, 502, 10_000, 20);
        assertThat(limit.limit()).isEqualTo((int) (24.47 / 2 + Math.sqrt(24.47)));
    }

    @Test
    void is_cut_by_a_tenth_for_each_window_in_which_the_backend_said_that_it_has_too_much_to_do() {
        AdaptiveLimit limit = new AdaptiveLimit();
        long now = answers(limit, 0, 490, 10, 20);
        limit.overloaded(now);
        limit.overloaded(now);
        now = answers(limit, now, 12, 10, 20);
        assertThat(limit.limit()).isEqualTo(18);
        limit.overloaded(now + 20 * MILLI);
        answers(limit, now + 20 * MILLI, 501, 10, 20);
        assertThat(limit.limit()).isEqualTo(16);
    }

    @Test
    void stays_within_its_bounds() {
        AdaptiveLimit limit = new AdaptiveLimit();
        long now = 0;
        for (int i = 0; i < 100_000; i++) {
            now += 60 * MILLI;
            limit.overloaded(now);
        }
        assertThat(limit.limit()).isEqualTo(AdaptiveLimit.MIN);
        for (int i = 0; i < 300_000; i++) {
            now += MILLI;
            limit.firstByte(now, MILLI, AdaptiveLimit.MAX);
        }
        assertThat(limit.limit()).isBetween(AdaptiveLimit.MIN + 1, AdaptiveLimit.MAX);
    }

    @ParameterizedTest
    @CsvSource({"NONE,8", "NONE,100", "EXPONENTIAL,8", "EXPONENTIAL,100", "LOGNORMAL,32", "LOGNORMAL,100"})
    void covers_the_capacity_of_a_stable_backend(Jitter jitter, int workers) {
        SimulatedBackend backend = new SimulatedBackend(workers, 0.3, jitter).load(3 * workers / 0.3);
        backend.run(120).run(120);
        assertThat(backend.throughput(120)).isGreaterThan(0.9 * workers / 0.3);
        assertThat(backend.highest()).isLessThan(3 * workers);
    }

    @ParameterizedTest
    @CsvSource({
        "NONE,0.3,100,0.7",
        "NONE,1,100,1.5",
        "NONE,0.3,8,3",
        "EXPONENTIAL,0.3,32,0.7",
        "EXPONENTIAL,1,100,3",
        "LOGNORMAL,0.3,32,1.5",
        "LOGNORMAL,0.05,100,0.7"
    })
    void at_most_doubles_the_p99_of_admitted_calls_within_30_s_after_the_backend_halved(
            Jitter jitter, double seconds, int workers, double load) {
        SimulatedBackend backend = new SimulatedBackend(workers, seconds, jitter).load(load * workers / seconds);
        double before = backend.run(120).run(60).p99();
        backend.workers(workers / 2).run(30);
        assertThat(backend.run(30).p99()).isLessThanOrEqualTo(2 * before);
    }

    @ParameterizedTest
    @EnumSource(Jitter.class)
    void comes_back_with_the_capacity(Jitter jitter) {
        SimulatedBackend backend = new SimulatedBackend(40, 0.3, jitter).load(1.5 * 40 / 0.3);
        backend.run(60).workers(10).run(120);
        backend.workers(40).run(40).run(60);
        assertThat(backend.throughput(60)).isGreaterThan(0.9 * 40 / 0.3);
    }

    @ParameterizedTest
    @EnumSource(Jitter.class)
    void does_not_creep_in_an_hour_of_full_load(Jitter jitter) {
        SimulatedBackend backend = new SimulatedBackend(40, 0.3, jitter).load(1.5 * 40 / 0.3);
        backend.run(3_600).run(300);
        assertThat(backend.throughput(300)).isGreaterThan(0.9 * 40 / 0.3);
        assertThat(backend.highest()).isLessThan(3 * 40);
    }

    @Test
    void learns_that_a_model_became_slower_by_itself() {
        SimulatedBackend backend = new SimulatedBackend(100, 0.2, Jitter.NONE).load(1.2 * 100 / 0.2);
        backend.run(60).serviceSeconds(0.8).load(1.2 * 100 / 0.8).run(90);
        backend.run(60);
        assertThat(backend.throughput(60)).isGreaterThan(0.9 * 100 / 0.8);
    }
}
