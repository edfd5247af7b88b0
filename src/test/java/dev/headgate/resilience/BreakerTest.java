// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headgate.call.GuardListener.BreakerPhase;
import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.resilience.FailureWindow.Counts;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows and ramps follow a clock that the test turns; openings and probes the library's own timers, which are short here. */
@ExtendWith(VertxExtension.class)
class BreakerTest {
    private static final Duration PATIENT = Duration.ofMinutes(1);
    private static final BreakerRule QUICK = BreakerCalls.QUICK;

    private final List<BreakerPhase> heard = new CopyOnWriteArrayList<>();
    private final AtomicLong now = new AtomicLong(-seconds(5));
    private Vertx vertx;
    private Breaker breaker;

    @BeforeEach
    void close(Vertx vertx) {
        this.vertx = vertx;
        breaker = new Breaker(vertx, "b/m", heard::add, now::get, new Random(1));
    }

    @Test
    void opens_when_half_of_the_calls_failed_and_not_before() {
        tell(Pass::failed, 1);
        tell(pass -> pass.succeeded(1), 2);
        assertThat(breaker.phase()).isEqualTo(BreakerPhase.CLOSED);
        assertThat(breaker.admits()).isTrue();

        tell(Pass::failed, 1);

        assertThat(heard).containsExactly(BreakerPhase.OPEN);
        assertThat(breaker.failureRatio()).isEqualTo(0.5);
    }

    @Test
    void stays_open_for_as_long_as_the_rule_says() {
        BreakerRule lasting = BreakerCalls.openFor(QUICK, Duration.ofHours(1));
        IntStream.range(0, 4).forEach(i -> enter(lasting).failed());

        assertThat(breaker.phase()).isEqualTo(BreakerPhase.OPEN);
        assertThat(breaker.admits()).isFalse();
        assertThat(breaker.enter(lasting, PATIENT, false)).isNull();
    }

    @Test
    void opens_when_four_fifths_of_the_calls_were_slow() {
        long slow = QUICK.slowerThan().toNanos() + 1;
        tell(pass -> pass.succeeded(slow - 1), 1);
        tell(pass -> pass.succeeded(slow), 3);
        assertThat(heard).isEmpty();

        tell(pass -> pass.succeeded(slow), 1);

        assertThat(heard).containsExactly(BreakerPhase.OPEN);
    }

    @Test
    void neutral_and_quickly_abandoned_calls_count_nowhere() {
        tell(Pass::neutral, 50);
        tell(pass -> pass.abandoned(seconds(1)), 50);

        assertThat(breaker.counts()).isEqualTo(Counts.NONE);
    }

    @Test
    void a_call_that_was_abandoned_after_too_long_a_wait_was_slow() {
        tell(pass -> pass.abandoned(seconds(31)), 4);

        assertThat(heard).containsExactly(BreakerPhase.OPEN);
    }

    @Test
    void only_the_first_word_about_a_call_counts() {
        Pass pass = enter(QUICK);
        pass.neutral();
        pass.failed();
        pass.abandoned(seconds(31));
        Pass other = enter(QUICK);
        other.succeeded(1);
        other.failed();

        assertThat(breaker.counts()).isEqualTo(new Counts(1, 0, 0));
    }

    @Test
    void a_stream_that_breaks_makes_a_failure_of_its_success() {
        Pass pass = enter(QUICK);
        pass.succeeded(1);
        pass.broke();
        pass.broke();
        assertThat(breaker.counts()).isEqualTo(new Counts(1, 1, 0));

        Pass refused = enter(QUICK);
        refused.neutral();
        refused.broke();
        assertThat(breaker.counts()).isEqualTo(new Counts(1, 1, 0));
    }

    @Test
    void streams_that_break_open_it() {
        List<Pass> passes = Stream.generate(() -> enter(QUICK)).limit(4).toList();
        passes.forEach(pass -> pass.succeeded(1));
        assertThat(heard).isEmpty();

        passes.forEach(Pass::broke);

        assertThat(heard).containsExactly(BreakerPhase.OPEN);
    }

    @Test
    void failures_that_are_older_than_the_window_do_not_open_it() {
        tell(Pass::failed, 3);
        now.addAndGet(seconds(30));
        tell(Pass::failed, 1);

        assertThat(breaker.counts()).isEqualTo(new Counts(1, 1, 0));
        assertThat(heard).isEmpty();
    }

    @Test
    void a_window_of_another_length_starts_empty() {
        tell(Pass::failed, 3);
        BreakerRule longer =
                new BreakerRule(50, QUICK.slowerThan(), 80, 4, Duration.ofSeconds(60), QUICK.openFor(), QUICK.rampUp());
        enter(longer).failed();
        assertThat(breaker.counts()).isEqualTo(new Counts(1, 1, 0));

        now.addAndGet(seconds(50));
        IntStream.range(0, 3).forEach(i -> enter(longer).failed());
        assertThat(heard).containsExactly(BreakerPhase.OPEN);
    }

    @Test
    void one_of_many_parallel_calls_probes() throws Exception {
        halfOpen(QUICK, PATIENT);

        List<Pass> passes = BreakerCalls.inParallel(16, () -> breaker.enter(QUICK, PATIENT, false));

        assertThat(passes.stream().filter(Objects::nonNull)).hasSize(1);
        assertThat(breaker.admits()).isFalse();
        assertThat(breaker.phase()).isEqualTo(BreakerPhase.HALF_OPEN);
    }

    @Test
    void asking_whether_a_call_is_admitted_is_not_a_probe() {
        halfOpen(QUICK, PATIENT);

        assertThat(breaker.admits()).isTrue();
        assertThat(breaker.admits()).isTrue();
        assertThat(breaker.enter(QUICK, PATIENT, false)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void any_answer_to_the_probe_begins_the_ramp_with_an_empty_window(boolean good) {
        halfOpen(QUICK, PATIENT);
        Pass probe = enter(QUICK);
        if (good) {
            probe.succeeded(1);
        } else {
            probe.neutral();
        }

        eventually("the ramp", () -> heard.getLast() == BreakerPhase.RAMP_UP);
        assertThat(breaker.phase()).isEqualTo(BreakerPhase.RAMP_UP);
        assertThat(breaker.counts()).isEqualTo(Counts.NONE);
        assertThat(heard).containsExactly(BreakerPhase.OPEN, BreakerPhase.HALF_OPEN, BreakerPhase.RAMP_UP);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_failed_or_abandoned_probe_opens_it_again_and_another_probe_follows(boolean failed) {
        halfOpen(QUICK, PATIENT);
        Pass probe = enter(QUICK);
        if (failed) {
            probe.failed();
        } else {
            probe.abandoned(1);
        }

        eventually("a second probe is due", () -> heard.size() == 4);
        assertThat(heard)
                .containsExactly(BreakerPhase.OPEN, BreakerPhase.HALF_OPEN, BreakerPhase.OPEN, BreakerPhase.HALF_OPEN);
        assertThat(breaker.enter(QUICK, PATIENT, false)).isNotNull();
    }

    @Test
    void a_probe_that_hangs_opens_it_again_and_its_late_answer_is_ignored() {
        halfOpen(QUICK, Duration.ofMillis(20));
        Pass hung = enter(QUICK, Duration.ofMillis(20));

        eventually("a second probe is due", () -> heard.size() == 4);
        hung.succeeded(1);

        assertThat(breaker.phase()).isEqualTo(BreakerPhase.HALF_OPEN);
        assertThat(breaker.admits()).isTrue();
        Pass second = enter(QUICK);
        second.succeeded(1);
        eventually("the second probe closed it", () -> breaker.phase() == BreakerPhase.RAMP_UP);
    }

    @Test
    void a_call_that_began_before_the_opening_neither_closes_it_nor_counts_after_it() {
        List<Pass> old = Stream.generate(() -> enter(QUICK)).limit(12).toList();
        halfOpen(QUICK, PATIENT);

        old.subList(0, 4).forEach(pass -> pass.succeeded(1));
        assertThat(breaker.phase()).isEqualTo(BreakerPhase.HALF_OPEN);
        assertThat(breaker.admits()).isTrue();

        ramp();
        old.subList(4, 12).forEach(Pass::failed);
        assertThat(breaker.counts()).isEqualTo(Counts.NONE);
        assertThat(breaker.phase()).isEqualTo(BreakerPhase.RAMP_UP);
    }

    @Test
    void the_ramp_lets_a_tenth_pass_then_three_tenths_then_all() {
        halfOpen(QUICK, PATIENT);
        ramp();

        assertThat(admitted(10_000)).isCloseTo(1_000, within(150));
        now.addAndGet(seconds(5));
        assertThat(admitted(10_000)).isCloseTo(3_000, within(230));
        now.addAndGet(seconds(5));
        assertThat(admitted(1_000)).isEqualTo(1_000);
    }

    @Test
    void the_end_of_the_ramp_is_told_once() throws Exception {
        halfOpen(QUICK, PATIENT);
        ramp();
        now.addAndGet(QUICK.rampUp().toNanos());

        BreakerCalls.inParallel(8, () -> breaker.enter(QUICK, PATIENT, false));

        assertThat(heard)
                .containsExactly(BreakerPhase.OPEN, BreakerPhase.HALF_OPEN, BreakerPhase.RAMP_UP, BreakerPhase.CLOSED);
    }

    @Test
    void a_rule_without_a_ramp_lets_all_calls_pass_at_once() {
        BreakerRule steep =
                new BreakerRule(50, QUICK.slowerThan(), 80, 4, QUICK.window(), QUICK.openFor(), Duration.ZERO);
        halfOpen(steep, PATIENT);
        enter(steep).succeeded(1);

        eventually("closed", () -> heard.getLast() == BreakerPhase.CLOSED);
        assertThat(admitted(1_000)).isEqualTo(1_000);
        assertThat(heard).containsExactly(BreakerPhase.OPEN, BreakerPhase.HALF_OPEN, BreakerPhase.CLOSED);
    }

    @Test
    void a_quarter_of_the_calls_is_enough_to_open_it_in_the_ramp() {
        halfOpen(QUICK, PATIENT);
        ramp();

        tell(Pass::failed, 1);

        assertThat(heard.getLast()).isEqualTo(BreakerPhase.OPEN);
        assertThat(heard).hasSize(4);
    }

    @Test
    void after_the_ramp_the_whole_minimum_volume_is_needed_again() {
        halfOpen(QUICK, PATIENT);
        ramp();
        now.addAndGet(QUICK.rampUp().toNanos());

        tell(Pass::failed, 3);
        assertThat(breaker.phase()).isEqualTo(BreakerPhase.CLOSED);

        tell(Pass::failed, 1);
        assertThat(heard.getLast()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void a_last_resort_passes_an_open_breaker_and_counts_nowhere() {
        BreakerRule lasting = BreakerCalls.openFor(QUICK, Duration.ofHours(1));
        IntStream.range(0, 4).forEach(i -> enter(lasting).failed());

        Pass pass = requireNonNull(breaker.enter(lasting, PATIENT, true));
        pass.failed();
        requireNonNull(breaker.enter(lasting, PATIENT, true)).succeeded(1);

        assertThat(breaker.phase()).isEqualTo(BreakerPhase.OPEN);
        assertThat(breaker.counts()).isEqualTo(new Counts(4, 4, 0));
        assertThat(heard).containsExactly(BreakerPhase.OPEN);
    }

    @Test
    void a_last_resort_is_the_probe_if_one_is_due_and_passes_beside_it_if_not() {
        halfOpen(QUICK, PATIENT);
        Pass probe = requireNonNull(breaker.enter(QUICK, PATIENT, true));
        Pass beside = requireNonNull(breaker.enter(QUICK, PATIENT, true));

        beside.succeeded(1);
        assertThat(breaker.admits()).isFalse();
        probe.succeeded(1);
        eventually("the ramp", () -> breaker.phase() == BreakerPhase.RAMP_UP);
    }

    @Test
    void a_reload_during_an_outage_holds_from_the_next_opening_on() {
        halfOpen(QUICK, PATIENT);
        BreakerRule lasting = BreakerCalls.openFor(QUICK, Duration.ofHours(1));

        enter(lasting).failed();

        eventually("open again", () -> heard.size() == 3);
        assertThat(heard.getLast()).isEqualTo(BreakerPhase.OPEN);
        // The library's old timer would have made it half-open by the time that a newer and longer one fires.
        CountDownLatch later = new CountDownLatch(1);
        vertx.setTimer(100, fired -> later.countDown());
        eventually("a later timer", () -> later.getCount() == 0);
        assertThat(breaker.phase()).isEqualTo(BreakerPhase.OPEN);
        assertThat(heard).hasSize(3);
    }

    @Test
    void opens_and_comes_back_again_and_again() {
        for (int round = 0; round < 3; round++) {
            halfOpen(QUICK, PATIENT);
            ramp();
            now.addAndGet(QUICK.rampUp().toNanos());
        }

        assertThat(heard.stream().filter(phase -> phase == BreakerPhase.OPEN)).hasSize(3);
        assertThat(heard.getLast()).isEqualTo(BreakerPhase.RAMP_UP);
    }

    @Test
    void a_retired_breaker_is_told_closed_and_then_falls_silent() {
        halfOpen(QUICK, PATIENT);
        breaker.retire();
        breaker.retire();
        enter(QUICK).succeeded(1);

        eventually("the ramp", () -> breaker.phase() == BreakerPhase.RAMP_UP);
        assertThat(heard).containsExactly(BreakerPhase.OPEN, BreakerPhase.HALF_OPEN, BreakerPhase.CLOSED);
    }

    @Test
    void a_breaker_that_was_never_open_retires_without_a_word() {
        tell(Pass::failed, 1);
        breaker.retire();

        assertThat(heard).isEmpty();
    }

    private Pass enter(BreakerRule rule) {
        return enter(rule, PATIENT);
    }

    private Pass enter(BreakerRule rule, Duration probeTimeout) {
        return requireNonNull(breaker.enter(rule, probeTimeout, false));
    }

    private void tell(Consumer<Pass> outcome, int calls) {
        IntStream.range(0, calls).forEach(i -> outcome.accept(enter(QUICK)));
    }

    private void halfOpen(BreakerRule rule, Duration probeTimeout) {
        IntStream.range(0, rule.minimumCalls())
                .forEach(i -> enter(rule, probeTimeout).failed());
        eventually("half-open", () -> heard.getLast() == BreakerPhase.HALF_OPEN);
    }

    /** From half-open. */
    private void ramp() {
        enter(QUICK).succeeded(1);
        eventually("the ramp", () -> heard.getLast() == BreakerPhase.RAMP_UP);
    }

    private int admitted(int calls) {
        return (int) IntStream.range(0, calls).filter(i -> breaker.admits()).count();
    }

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
