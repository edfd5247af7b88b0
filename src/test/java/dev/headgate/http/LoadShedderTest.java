// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Priority;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LoadShedderTest {
    private static final long MILLI = 1_000_000;

    private final LoadShedder shedder = new LoadShedder();

    private record Taken(int low, int normal, int critical) {}

    /** The window with this number, in which so many calls come and end at once and every turn is late; returns what was taken. */
    private Taken window(int number, long lateMillis, int low, int normal, int critical) {
        long from = number * 500L * MILLI;
        Taken taken = new Taken(
                take(Priority.LOW, low, from),
                take(Priority.DEFAULT, normal, from),
                take(Priority.CRITICAL, critical, from));
        end(taken.low() + taken.normal() + taken.critical());
        turns(from, lateMillis);
        return taken;
    }

    private int take(Priority priority, int offered, long now) {
        int taken = 0;
        for (int i = 0; i < offered; i++) {
            taken += shedder.takes(priority, now, 0) ? 1 : 0;
        }
        return taken;
    }

    private void end(int calls) {
        for (int i = 0; i < calls; i++) {
            shedder.ended();
        }
    }

    private void turns(long from, long lateMillis) {
        for (int turn = 1; turn <= 5; turn++) {
            shedder.turn(from + turn * 100L * MILLI, lateMillis * MILLI);
        }
    }

    @Test
    void takes_everything_while_the_loop_keeps_up() {
        for (int i = 0; i < 100; i++) {
            assertThat(window(i, 40, 1_000, 1_000, 1_000)).isEqualTo(new Taken(1_000, 1_000, 1_000));
        }
    }

    @Test
    void gives_low_calls_half_of_the_rate_that_is_left_and_default_ones_more() {
        window(0, 100, 100, 0, 0);
        assertThat(window(1, 10, 100, 100, 0)).isEqualTo(new Taken(25, 15, 0));
    }

    @Test
    void takes_critical_calls_while_others_are_shed() {
        Taken taken = window(0, 200, 50, 50, 10);
        for (int i = 1; i < 50; i++) {
            // The loop keeps up if it is given at most 30 calls in a window.
            boolean late = taken.low() + taken.normal() + taken.critical() > 30;
            taken = window(i, late ? 100 : 0, 50, 50, 10);
            assertThat(taken.critical()).isEqualTo(10);
            assertThat(taken.low()).isLessThan(50);
        }
    }

    @Test
    void leaves_to_critical_calls_what_they_took_before() {
        window(0, 100, 0, 60, 40);
        // 50 in all are left of 100, of which the critical ones took 40.
        assertThat(window(1, 10, 0, 60, 40)).isEqualTo(new Taken(0, 10, 40));
    }

    @Test
    void sheds_critical_calls_when_they_alone_are_too_many() {
        window(0, 600, 0, 0, 100);
        assertThat(window(1, 600, 0, 0, 100).critical()).isEqualTo(50);
    }

    @Test
    void serves_critical_calls_late_rather_than_not() {
        window(0, 400, 0, 0, 100);
        assertThat(window(1, 400, 0, 0, 100).critical()).isEqualTo(100);
    }

    @Test
    void does_not_shrink_further_than_what_ends_while_calls_of_before_keep_the_loop_late() {
        for (int i = 0; i < 50; i++) {
            take(Priority.DEFAULT, 200, i * 500L * MILLI);
            end(100);
            turns(i * 500L * MILLI, 200);
        }
        // What ends is 200 a second, of which half is taken at least as long as the loop is late.
        assertThat(take(Priority.DEFAULT, 200, 25_000 * MILLI)).isBetween(20, 50);
        assertThat(take(Priority.CRITICAL, 25, 25_000 * MILLI)).isEqualTo(25);
    }

    @Test
    void one_late_turn_among_others_is_no_overload() {
        take(Priority.LOW, 100, 0);
        shedder.turn(1_000 * MILLI, 980 * MILLI);
        shedder.turn(1_020 * MILLI, 0);
        shedder.turn(1_040 * MILLI, 0);
        assertThat(take(Priority.LOW, 1_000, 1_040 * MILLI)).isEqualTo(1_000);
    }

    @Test
    void ends_a_turn_that_takes_calls_without_end() {
        long now = 1_000 * MILLI;
        for (int i = 0; i <= 500; i++) {
            assertThat(shedder.takes(Priority.LOW, now + i * MILLI, 20 * MILLI)).isTrue();
        }
        assertThat(shedder.takes(Priority.DEFAULT, now + 501 * MILLI, 521 * MILLI))
                .isFalse();
        assertThat(shedder.takes(Priority.CRITICAL, now + 501 * MILLI, 521 * MILLI))
                .isTrue();
        shedder.turn(now + 510 * MILLI, 530 * MILLI);
        assertThat(shedder.takes(Priority.LOW, now + 511 * MILLI, -20 * MILLI)).isTrue();
    }

    @Test
    void takes_what_comes_in_the_turn_after_a_long_pause() {
        for (int i = 0; i <= 100; i++) {
            assertThat(shedder.takes(Priority.LOW, (1_000L + i) * MILLI, 900 * MILLI))
                    .isTrue();
        }
    }

    @Test
    void lets_a_burst_in_that_is_over_within_half_a_second() {
        for (int turn = 1; turn <= 20; turn++) {
            take(Priority.LOW, 100, turn * 20L * MILLI);
            shedder.turn(turn * 20L * MILLI, 400 * MILLI);
        }
        shedder.turn(480 * MILLI, 0);
        shedder.turn(500 * MILLI, 0);
        assertThat(take(Priority.LOW, 1_000, 520 * MILLI)).isEqualTo(1_000);
    }

    @Test
    void judges_after_two_turns_when_they_are_very_late() {
        take(Priority.LOW, 1_000, 0);
        end(1_000);
        shedder.turn(500 * MILLI, 480 * MILLI);
        assertThat(take(Priority.LOW, 1_000, 500 * MILLI)).isEqualTo(1_000);
        shedder.turn(1_000 * MILLI, 480 * MILLI);
        assertThat(take(Priority.LOW, 10_000, 1_000 * MILLI)).isLessThan(1_000);
    }

    @Test
    void takes_everything_again_soon_after_the_loop_keeps_up() {
        for (int i = 0; i < 20; i++) {
            window(i, 500, 50, 50, 0);
        }
        assertThat(window(20, 0, 20, 0, 0).low()).isLessThan(20);
        for (int i = 21; i < 100; i++) {
            window(i, 0, 20, 0, 0);
        }
        assertThat(window(100, 0, 5_000, 0, 0).low()).isEqualTo(5_000);
    }

    @Test
    void is_quiet_when_nothing_comes_and_nothing_is_shed() {
        assertThat(shedder.isQuiet()).isTrue();
        shedder.count(Priority.DEFAULT);
        assertThat(shedder.isQuiet()).isFalse();
        window(0, 0, 0, 0, 0);
        assertThat(shedder.isQuiet()).isTrue();
        end(1);
        assertThat(shedder.isQuiet()).isFalse();
        window(1, 500, 50, 0, 0);
        assertThat(shedder.isQuiet()).isFalse();
    }

    /** A loop whose turns last as long as the work that came in the turn before, offered three times what it can do. */
    @Test
    void at_three_times_the_load_critical_calls_pass_and_the_loop_stays_busy() {
        Random random = new Random(3);
        double served = 0.2;
        double shed = 0.03;
        long now = 0;
        long due = 20 * MILLI;
        double backlog = 0;
        Map<Priority, Integer> offered = new EnumMap<>(Priority.class);
        Map<Priority, Integer> taken = new EnumMap<>(Priority.class);
        while (now < 30_000 * MILLI) {
            long turn = Math.max(MILLI, (long) (backlog * MILLI));
            backlog = 0;
            // 15 calls a millisecond of which each would take 0.2 ms.
            for (long i = 15 * turn / MILLI; i > 0; i--) {
                int dice = random.nextInt(20);
                Priority priority = dice < 2 ? Priority.CRITICAL : dice < 11 ? Priority.DEFAULT : Priority.LOW;
                boolean in = shedder.takes(priority, now, now - due);
                backlog += in ? served : shed;
                if (in) {
                    shedder.ended();
                }
                if (now > 25_000 * MILLI) {
                    offered.merge(priority, 1, Integer::sum);
                    taken.merge(priority, in ? 1 : 0, Integer::sum);
                }
            }
            now += turn;
            if (now >= due) {
                shedder.turn(now, now - due);
                due = now + 20 * MILLI;
            }
        }
        assertThat(share(taken, offered, Priority.CRITICAL)).isGreaterThan(0.99);
        assertThat(share(taken, offered, Priority.DEFAULT)).isBetween(0.05, 0.5);
        assertThat(share(taken, offered, Priority.LOW)).isBetween(0.01, share(taken, offered, Priority.DEFAULT));
    }

    private static double share(Map<Priority, Integer> taken, Map<Priority, Integer> offered, Priority priority) {
        return (double) taken.getOrDefault(priority, 0) / offered.getOrDefault(priority, 0);
    }
}
