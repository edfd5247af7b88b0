// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.call.Target;
import dev.headgate.routing.Choice;
import dev.headgate.routing.Choice.Balance;
import dev.headgate.routing.Choice.Member;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PoolOrderTest {
    private static final int CALLS = 2_000;

    private final Vertx vertx = Vertx.vertx();
    private final Target a = target("a");
    private final Target b = target("b");
    private final Target c = target("c");
    private final Map<Target, TargetState> states = Map.of(a, fresh(), b, fresh(), c, fresh());
    private final PoolOrder order = new PoolOrder(this::state, new Random(7));

    @AfterEach
    void stop() {
        vertx.close();
    }

    @Test
    void a_model_stays_in_its_place_and_a_pool_unfolds_in_its_own() {
        List<Target> targets = order.of(List.of(pool(Balance.WEIGHTED, 75, 25), new Choice.One(c)), false);

        assertThat(targets).hasSize(3).endsWith(c).contains(a, b);
    }

    @Test
    void weighted_throws_dice_with_the_weights() {
        assertThat(firsts(pool(Balance.WEIGHTED, 75, 25), false).get("a")).isBetween(1_400, 1_600);
        assertThat(firsts(pool(Balance.WEIGHTED, 50, 50), false).get("a")).isBetween(900, 1_100);
    }

    @Test
    void every_member_comes_exactly_once() {
        Choice.Pool three =
                new Choice.Pool("p", Balance.WEIGHTED, List.of(new Member(a, 80), new Member(b, 15), new Member(c, 5)));
        for (int i = 0; i < 100; i++) {
            assertThat(order.of(List.of(three), true)).containsExactlyInAnyOrder(a, b, c);
        }
    }

    @Test
    void least_in_flight_takes_the_one_with_fewer_calls() {
        running(a).set(2);
        running(b).set(1);

        assertThat(firsts(pool(Balance.LEAST_IN_FLIGHT, 50, 50), false)).isEqualTo(Map.of("b", CALLS));
    }

    @Test
    void least_in_flight_counts_calls_for_their_weight() {
        running(a).set(2);
        running(b).set(1);

        assertThat(firsts(pool(Balance.LEAST_IN_FLIGHT, 75, 25), false)).isEqualTo(Map.of("a", CALLS));
    }

    @Test
    void least_in_flight_throws_dice_between_equals() {
        assertThat(firsts(pool(Balance.LEAST_IN_FLIGHT, 50, 50), false).get("a"))
                .isBetween(900, 1_100);
    }

    @Test
    void fastest_compares_first_tokens_for_streams_and_answers_for_other_calls() {
        latency(a, 100, 900);
        latency(b, 200, 300);
        Choice.Pool pool = pool(Balance.FASTEST, 50, 50);

        // One call in twenty goes by the dice, and half of these to the other one.
        assertThat(firsts(pool, true).get("b")).isBetween(20, 90);
        assertThat(firsts(pool, false).get("a")).isBetween(20, 90);
    }

    @Test
    void fastest_tries_one_that_was_never_measured() {
        latency(a, 1, 1);

        assertThat(firsts(pool(Balance.FASTEST, 50, 50), true).get("b")).isGreaterThan(CALLS * 9 / 10);
    }

    /** How often each came first. */
    private Map<String, Integer> firsts(Choice.Pool pool, boolean stream) {
        return Stream.generate(() -> order.of(List.of(pool), stream).getFirst().model())
                .limit(CALLS)
                .collect(Collectors.toMap(name -> name, name -> 1, Integer::sum, TreeMap::new));
    }

    private Choice.Pool pool(Balance balance, int weightOfA, int weightOfB) {
        return new Choice.Pool("p", balance, List.of(new Member(a, weightOfA), new Member(b, weightOfB)));
    }

    private AtomicInteger running(Target target) {
        return state(target).inFlight();
    }

    private void latency(Target target, long firstToken, long answer) {
        state(target).firstToken().sample(firstToken);
        state(target).answer().sample(answer);
    }

    private static Target target(String name) {
        return BreakerCalls.target(BreakerCalls.backend(name, BreakerRule.DEFAULT), name);
    }

    private TargetState state(Target target) {
        return requireNonNull(states.get(target));
    }

    private TargetState fresh() {
        Breaker breaker = new Breaker(vertx, "x", phase -> {}, System::nanoTime, new Random(1));
        return new TargetState(breaker, new Latency(), new Latency(), new AtomicInteger());
    }
}
