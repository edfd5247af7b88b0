// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Call;
import dev.headgate.call.Waited;
import dev.headgate.store.memory.MemoryQuotaStore;
import dev.headgate.testkit.GatewayFixture;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Calls that wait, on a loop whose time passes only when a test says so. */
final class WaitingRoomTest {
    private static final Instant NOON = Instant.parse("2099-06-10T12:00:00Z");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Limit ONE_A_SECOND =
            tenants(LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 60).withBurst(1));
    private static final Limit TOKENS = tenants(LimitRule.of(LimitKind.TOKENS_PER_MINUTE, 60));
    private static final Limit BUDGET = tenants(LimitRule.of(LimitKind.USD_PER_DAY, 100));
    private static final Limit ONE_AT_ONCE = tenants(LimitRule.of(LimitKind.CONCURRENCY, 1));

    private final VirtualLoop loop = new VirtualLoop();
    private final LateStore store = new LateStore(() -> NOON.plusNanos(loop.nanoTime()));
    private final WaitingRoom room = new WaitingRoom(store, new Random(1), 3);
    private final List<Visit> visits = new ArrayList<>();

    private static Limit tenants(LimitRule rule) {
        return new Limit(Scope.tenant(), rule);
    }

    /** A call, and what it was told. */
    private record Visit(Call call, Reservation wish, Future<WaitingRoom.Answer> answer) {
        Future<Decision> decision() {
            return answer.map(WaitingRoom.Answer::decision);
        }

        boolean waits() {
            return !answer.isComplete();
        }

        boolean passed() {
            return decision().result() instanceof Decision.Granted;
        }

        boolean refused() {
            return decision().result() instanceof Decision.Refused;
        }

        Waited waited() {
            return requireNonNull(call.record().waited);
        }
    }

    private Visit come(Duration wait, Limit... limits) {
        return come("acme", 1, 1, wait, limits);
    }

    private Visit come(String tenant, int weight, long tokens, Duration wait, Limit... limits) {
        String id = "call_" + visits.size();
        Call call = QuotaCalls.call(id, QuotaCalls.principal(tenant, "web", weight), "chat", null, 1);
        Reservation wish = new Reservation(
                id,
                tenant,
                List.of(limits),
                Amounts.call(tokens, tokens),
                Leases.LEASE,
                TenantCalendar.at(NOON, ZoneOffset.UTC));
        Visit visit = new Visit(call, wish, room.reserve(call, wish, wait, loop));
        visits.add(visit);
        loop.turn();
        return visit;
    }

    private void settle(Visit visit) {
        store.settle("acme", visit.wish.id(), visit.wish.estimate()).onSuccess(done -> room.settled(visit.wish));
        loop.turn();
    }

    private static void leave(Visit visit) {
        visit.call.cancellation().cancel(null);
    }

    private long used(Limit limit) {
        return store.look("acme", List.of(limit), TenantCalendar.at(NOON, ZoneOffset.UTC))
                .result()
                .getFirst()
                .used();
    }

    @Test
    void who_finds_room_does_not_wait() {
        Visit first = come(LONG, ONE_A_SECOND);

        assertThat(first.passed()).isTrue();
        assertThat(first.call.record().waited).isNull();
        assertThat(loop.alarms()).isZero();
    }

    @Test
    void who_may_not_wait_is_refused_at_once() {
        come(Duration.ZERO, ONE_A_SECOND);
        Visit second = come(Duration.ZERO, ONE_A_SECOND);

        assertThat(second.refused()).isTrue();
        assertThat(second.call.record().waited).isNull();
    }

    @Test
    void a_call_passes_when_the_store_said_that_there_would_be_room() {
        come(LONG, ONE_A_SECOND);
        Visit second = come(LONG, ONE_A_SECOND);
        loop.pass(Duration.ofMillis(999));
        assertThat(second.waits()).isTrue();
        assertThat(store.asked()).isEqualTo(2);

        loop.pass(Duration.ofMillis(1));

        assertThat(second.passed()).isTrue();
        assertThat(second.waited()).isEqualTo(new Waited(1, SECOND.toNanos(), Waited.Outcome.PASSED));
        assertThat(room.size()).isZero();
        assertThat(loop.alarms()).isZero();
    }

    @Test
    void a_line_moves_in_the_order_of_arrival_and_only_its_first_asks() {
        come(LONG, ONE_A_SECOND);
        List<Visit> line = List.of(come(LONG, ONE_A_SECOND), come(LONG, ONE_A_SECOND), come(LONG, ONE_A_SECOND));
        assertThat(store.asked())
                .as("the first of the line and who came before")
                .isEqualTo(2);
        assertThat(room.size()).isEqualTo(3);

        for (int second = 1; second <= 3; second++) {
            loop.pass(SECOND);
            assertThat(line.stream().map(Visit::passed)).containsExactly(true, second > 1, second > 2);
        }
        assertThat(line.stream().map(visit -> visit.waited().position())).containsExactly(1, 2, 3);
    }

    @Test
    void a_small_call_does_not_overtake_a_large_one() {
        come("acme", 1, 50, LONG, TOKENS);
        Visit large = come("acme", 1, 40, LONG, TOKENS);
        Visit small = come("acme", 1, 1, LONG, TOKENS);
        assertThat(small.waits()).isTrue();

        loop.pass(Duration.ofSeconds(30));
        assertThat(large.passed()).isTrue();
        loop.pass(SECOND);
        assertThat(small.passed()).isTrue();
    }

    @Test
    void the_wait_ends_with_the_refusal_and_takes_nothing() {
        come(LONG, ONE_AT_ONCE);
        Visit first = come(LONG, ONE_AT_ONCE);
        Visit second = come(Duration.ofMillis(1_500), ONE_AT_ONCE);
        loop.pass(Duration.ofMillis(1_499));
        assertThat(second.waits()).isTrue();

        loop.pass(Duration.ofMillis(1));

        assertThat(first.waits()).isTrue();
        assertThat(second.refused()).isTrue();
        assertThat(((Decision.Refused) second.decision().result()).by().limit()).isEqualTo(ONE_AT_ONCE);
        assertThat(second.waited()).isEqualTo(new Waited(2, 1_500_000_000, Waited.Outcome.REFUSED));
        assertThat(room.size()).isEqualTo(1);
        assertThat(used(ONE_AT_ONCE)).isEqualTo(1);
    }

    @Test
    void who_becomes_the_first_too_late_is_refused_then() {
        come(LONG, ONE_A_SECOND);
        Visit first = come(LONG, ONE_A_SECOND);
        Visit second = come(Duration.ofMillis(1_500), ONE_A_SECOND);
        loop.pass(Duration.ofMillis(999));
        assertThat(second.waits()).isTrue();

        loop.pass(Duration.ofMillis(1));

        assertThat(first.passed()).isTrue();
        assertThat(second.refused()).isTrue();
        loop.pass(SECOND);
        assertThat(used(ONE_A_SECOND)).isZero();
    }

    @Test
    void what_takes_longer_than_the_wait_is_refused_at_once() {
        come("acme", 1, 100, LONG, BUDGET);
        Visit broke = come("acme", 1, 1, LONG, BUDGET);
        assertThat(broke.refused()).isTrue();
        assertThat(broke.call.record().waited).isNull();

        come(LONG, ONE_A_SECOND);
        assertThat(come(Duration.ofMillis(999), ONE_A_SECOND).refused()).isTrue();
        come(LONG, ONE_A_SECOND);
        assertThat(come(Duration.ofMillis(999), ONE_A_SECOND).refused())
                .as("behind somebody who waits longer himself")
                .isTrue();
        assertThat(room.size()).isEqualTo(1);
    }

    @Test
    void what_can_never_pass_is_refused_at_once() {
        Visit huge = come("acme", 1, 61, LONG, TOKENS);

        assertThat(((Decision.Refused) huge.decision().result()).reason()).isEqualTo(Decision.Reason.TOO_LARGE);
    }

    @Test
    void who_was_refused_by_this_process_alone_asks_again_as_somebody_else() {
        come(LONG, ONE_A_SECOND);
        store.decideAlone(true);
        Visit waiting = come(LONG, ONE_A_SECOND);
        assertThat(waiting.waits()).isTrue();
        // The shared store did not answer, and is told now to take back what it may have given.
        store.release("acme", waiting.wish.id());

        store.decideAlone(false);
        loop.pass(SECOND);

        assertThat(waiting.passed()).isTrue();
        Reservation made = waiting.answer.result().wish();
        assertThat(made.id()).isNotEqualTo(waiting.wish.id());
        assertThat(store.release("acme", made.id()).result()).isTrue();
    }

    @Test
    void who_leaves_makes_room_in_the_line_at_once() {
        come(LONG, ONE_A_SECOND);
        Visit first = come(LONG, ONE_A_SECOND);
        Visit second = come(LONG, ONE_A_SECOND);

        leave(first);
        assertThat(first.decision().failed()).isTrue();
        assertThat(first.waited().outcome()).isEqualTo(Waited.Outcome.LEFT);
        assertThat(room.size()).isEqualTo(1);
        loop.pass(SECOND);

        assertThat(second.passed()).isTrue();
        assertThat(second.waited().position()).as("when it joined").isEqualTo(2);
        assertThat(loop.alarms()).isZero();
    }

    @Test
    void what_is_granted_to_somebody_who_has_left_goes_to_the_next() {
        come(LONG, ONE_A_SECOND);
        Visit first = come(LONG, ONE_A_SECOND);
        Visit second = come(LONG, ONE_A_SECOND);
        store.holdBack();
        loop.pass(SECOND);
        leave(first);
        loop.turn();
        assertThat(second.waits()).isTrue();

        store.deliver();
        loop.turn();

        assertThat(second.passed()).isTrue();
        assertThat(used(ONE_A_SECOND)).isEqualTo(1);
        assertThat(loop.alarms()).isZero();
    }

    @Test
    void a_decision_that_is_on_its_way_at_the_end_of_the_wait_still_counts() {
        come(LONG, ONE_A_SECOND);
        Visit granted = come(Duration.ofMillis(1_001), ONE_A_SECOND);
        store.holdBack();
        loop.pass(Duration.ofMillis(1_100));
        assertThat(granted.waits()).isTrue();
        store.deliver();
        assertThat(granted.passed()).isTrue();
    }

    @Test
    void a_refusal_that_arrives_after_the_end_of_the_wait_is_the_last() {
        Visit running = come(LONG, ONE_AT_ONCE);
        Visit refused = come(Duration.ofMillis(150), ONE_AT_ONCE);
        store.holdBack();
        loop.pass(Duration.ofMillis(200));
        store.deliver();

        assertThat(running.passed()).isTrue();
        assertThat(refused.refused()).isTrue();
        assertThat(room.size()).isZero();
    }

    @Test
    void a_call_that_ends_here_wakes_who_waits_for_its_place() {
        Visit running = come(LONG, ONE_AT_ONCE);
        Visit first = come(LONG, ONE_AT_ONCE);
        Visit second = come(LONG, ONE_AT_ONCE);

        settle(running);
        assertThat(first.passed()).isTrue();
        assertThat(second.waits()).isTrue();
        settle(first);
        assertThat(second.passed()).isTrue();
    }

    @Test
    void a_place_that_comes_back_while_the_store_is_asked_is_not_missed() {
        Visit running = come(LONG, ONE_AT_ONCE);
        Visit waiting = come(LONG, ONE_AT_ONCE);
        store.holdBack();
        loop.pass(Duration.ofMillis(100));
        settle(running);
        assertThat(waiting.waits()).isTrue();

        store.deliver();
        assertThat(waiting.passed()).isTrue();
    }

    @Test
    void a_place_that_comes_back_elsewhere_is_found_within_half_a_second() {
        Visit running = come(LONG, ONE_AT_ONCE);
        Visit waiting = come(LONG, ONE_AT_ONCE);
        loop.pass(Duration.ofSeconds(10));
        assertThat(store.asked()).as("10 s of questions").isBetween(20, 60);
        store.settle("acme", running.wish.id(), Amounts.NONE);

        loop.pass(Duration.ofMillis(500));
        assertThat(waiting.passed()).isTrue();
    }

    @Test
    void tokens_that_were_not_used_wake_who_waits_for_them() {
        Visit running = come("acme", 1, 60, LONG, TOKENS);
        Visit waiting = come("acme", 1, 30, LONG, TOKENS);
        store.settle("acme", running.wish.id(), Amounts.call(1, 0)).onSuccess(done -> room.settled(running.wish));
        loop.turn();

        assertThat(waiting.passed()).isTrue();
    }

    @Test
    void who_is_refused_by_another_limit_waits_there_until_the_same_moment() {
        Visit running = come(LONG, ONE_AT_ONCE);
        come(LONG, ONE_A_SECOND);
        Visit moves = come(Duration.ofSeconds(3), ONE_A_SECOND, ONE_AT_ONCE);
        Visit follows = come(LONG, ONE_A_SECOND);
        loop.pass(SECOND);
        assertThat(moves.waits()).isTrue();
        assertThat(follows.passed()).as("the line that it left moves on").isTrue();

        loop.pass(Duration.ofSeconds(2));
        assertThat(moves.refused()).isTrue();
        assertThat(((Decision.Refused) moves.decision().result()).by().limit()).isEqualTo(ONE_AT_ONCE);
        assertThat(running.passed()).isTrue();
        assertThat(room.size()).isZero();
    }

    @Test
    void a_full_room_refuses_and_gives_way_to_tenants_with_less_for_their_weight() {
        come("acme", 1, 1, LONG, ONE_A_SECOND);
        come("other", 1, 1, LONG, ONE_A_SECOND);
        Visit first = come("acme", 1, 1, LONG, ONE_A_SECOND);
        Visit second = come("acme", 1, 1, LONG, ONE_A_SECOND);
        Visit third = come("acme", 1, 1, LONG, ONE_A_SECOND);
        assertThat(come("acme", 1, 1, LONG, ONE_A_SECOND).refused()).isTrue();
        Visit guest = come("other", 1, 1, LONG, ONE_A_SECOND);

        assertThat(third.refused()).isTrue();
        assertThat(third.waited().outcome()).isEqualTo(Waited.Outcome.REFUSED);
        assertThat(((Decision.Refused) third.decision().result()).retryAfter()).isEqualTo(SECOND);
        assertThat(List.of(first.waits(), second.waits(), guest.waits())).containsOnly(true);
        assertThat(come("other", 1, 1, LONG, ONE_A_SECOND).refused())
                .as("no more than its share")
                .isTrue();
        assertThat(room.size()).isEqualTo(3);
    }

    @Test
    void loses_nobody_when_calls_of_many_loops_come_wait_and_leave_at_random() {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(4));
        MemoryQuotaStore shared = new MemoryQuotaStore(InstantSource.system());
        Crowd crowd = new Crowd(shared);
        Random seed = new Random(7);
        for (int i = 0; i < 4; i++) {
            Context mine = vertx.getOrCreateContext();
            for (int client = 0; client < 8; client++) {
                Random random = new Random(seed.nextLong());
                String name = i + "." + client;
                mine.runOnContext(v -> crowd.next(mine, name, random, 100));
            }
        }
        eventually("the end of all calls", () -> crowd.over.get() == 3_200 && crowd.inside.get() == 0);
        eventually("an empty room", () -> crowd.room.size() == 0);
        eventually(
                "nothing held",
                () -> GatewayFixture.await(shared.look(
                                        "acme", List.of(Crowd.THREE), TenantCalendar.at(NOON, ZoneOffset.UTC)))
                                .getFirst()
                                .used()
                        == 0);
        assertThat(crowd.most.get()).isEqualTo(3);
        assertThat(crowd.passed.get()).isBetween(500, 3_199);
        GatewayFixture.await(vertx.close());
    }

    /** Clients that make one call after the other, three of which may run at once, and lose patience now and then. */
    private static final class Crowd {
        private static final Limit THREE = tenants(LimitRule.of(LimitKind.CONCURRENCY, 3));

        private final QuotaStore store;
        private final WaitingRoom room;
        private final AtomicInteger over = new AtomicInteger();
        private final AtomicInteger passed = new AtomicInteger();
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        Crowd(QuotaStore store) {
            this.store = store;
            this.room = new WaitingRoom(store, new Random(1), 20);
        }

        void next(Context mine, String client, Random random, int left) {
            String id = client + "." + left;
            Call call = QuotaCalls.call(id, "web", "chat", null, 1);
            Reservation wish = new Reservation(
                    id,
                    "acme",
                    List.of(THREE),
                    Amounts.call(0, 0),
                    Leases.LEASE,
                    TenantCalendar.at(NOON, ZoneOffset.UTC));
            room.reserve(call, wish, Duration.ofSeconds(5), Loop.of(mine)).onComplete(decided -> {
                assertThat(Vertx.currentContext()).isSameAs(mine);
                over.incrementAndGet();
                if (decided.succeeded() && decided.result().decision() instanceof Decision.Granted) {
                    hold(mine, wish, random);
                }
                if (left > 1) {
                    later(mine, random.nextInt(20), () -> next(mine, client, random, left - 1));
                }
            });
            if (random.nextInt(3) == 0) {
                later(mine, random.nextInt(30), () -> call.cancellation().cancel(null));
            }
        }

        private void hold(Context mine, Reservation wish, Random random) {
            passed.incrementAndGet();
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            later(mine, random.nextInt(10), () -> {
                inside.decrementAndGet();
                store.settle("acme", wish.id(), Amounts.call(0, 0)).onSuccess(done -> room.settled(wish));
            });
        }

        /** After so many turns of the loop. */
        private static void later(Context loop, int turns, Runnable work) {
            loop.runOnContext(v -> {
                if (turns == 0) {
                    work.run();
                } else {
                    later(loop, turns - 1, work);
                }
            });
        }
    }
}
