// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static dev.headgate.resilience.BulkheadCalls.atMost;
import static dev.headgate.resilience.BulkheadCalls.call;
import static dev.headgate.testkit.GatewayFixture.await;
import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Call;
import dev.headgate.call.Guards.BulkheadRule;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BulkheadTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(4));
    private final Context loop = vertx.getOrCreateContext();
    private final Bulkhead bulkhead = new Bulkhead();

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    /** Does something on an event loop, in one turn. */
    private static <T> T on(Context loop, Supplier<T> work) {
        Promise<T> done = Promise.promise();
        loop.runOnContext(v -> done.complete(work.get()));
        return await(done.future());
    }

    private Future<Bulkhead.Slot> enter(BulkheadRule rule, Call call) {
        return on(loop, () -> bulkhead.enter(rule, call));
    }

    private boolean release(Bulkhead.Slot slot) {
        return on(loop, () -> {
            slot.release(false);
            return true;
        });
    }

    private static NotAdmitted.Why why(Future<?> refused) {
        assertThat(refused.cause()).isInstanceOf(NotAdmitted.class);
        return ((NotAdmitted) refused.cause()).why();
    }

    @Test
    void lets_in_as_many_as_the_rule_says_and_the_others_in_order_as_slots_come_back() {
        BulkheadRule two = atMost(2, LONG);
        Future<Bulkhead.Slot> first = enter(two, call());
        Future<Bulkhead.Slot> second = enter(two, call());
        assertThat(bulkhead.isFull(two)).isTrue();
        Future<Bulkhead.Slot> third = enter(two, call());
        Future<Bulkhead.Slot> fourth = enter(two, call());
        assertThat(second.isComplete()).isTrue();
        assertThat(third.isComplete()).isFalse();
        assertThat(bulkhead.waiting()).isEqualTo(2);

        release(first.result());
        await(third);
        assertThat(fourth.isComplete()).isFalse();
        assertThat(bulkhead.inUse()).isEqualTo(2);
        release(second.result());
        await(fourth);
        release(third.result());
        release(fourth.result());
        assertThat(bulkhead.inUse()).isZero();
        assertThat(bulkhead.isFull(two)).isFalse();
    }

    @Test
    void refuses_who_would_wait_behind_more_than_there_are_slots() {
        BulkheadRule one = atMost(1, LONG);
        enter(one, call());
        Future<Bulkhead.Slot> waits = enter(one, call());
        assertThat(why(enter(one, call()))).isEqualTo(NotAdmitted.Why.BULKHEAD_FULL);
        assertThat(waits.isComplete()).isFalse();
    }

    @Test
    void tenants_take_turns_by_their_weights_in_whatever_order_they_came() {
        BulkheadRule six = atMost(6, LONG);
        List<Bulkhead.Slot> held = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            held.add(enter(six, call()).result());
        }
        List<Future<Bulkhead.Slot>> many = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            many.add(enter(six, call("many", 2)));
        }
        List<Future<Bulkhead.Slot>> few = List.of(enter(six, call("few", 1)), enter(six, call("few", 1)));

        held.subList(0, 3).forEach(this::release);

        eventually(
                "three turns",
                () -> Stream.of(many, few)
                                .flatMap(List::stream)
                                .filter(Future::succeeded)
                                .count()
                        == 3);
        assertThat(many.stream().map(Future::succeeded)).containsExactly(true, true, false, false);
        assertThat(few.stream().map(Future::succeeded)).containsExactly(true, false);
    }

    @Test
    void a_tenant_with_fewer_waiting_takes_the_place_of_the_newest_of_the_one_with_most() {
        BulkheadRule three = atMost(3, LONG);
        for (int i = 0; i < 3; i++) {
            enter(three, call());
        }
        List<Future<Bulkhead.Slot>> many = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            many.add(enter(three, call("many", 1)));
        }

        Future<Bulkhead.Slot> few = enter(three, call("few", 1));

        eventually("the newest is out", many.get(2)::failed);
        assertThat(why(many.get(2))).isEqualTo(NotAdmitted.Why.BULKHEAD_FULL);
        assertThat(List.of(many.get(0), many.get(1), few)).noneMatch(Future::isComplete);
        assertThat(why(enter(three, call("few", 1)))).isEqualTo(NotAdmitted.Why.BULKHEAD_FULL);
        assertThat(bulkhead.waiting()).isEqualTo(3);
    }

    @Test
    void refuses_at_once_where_nobody_may_wait() {
        BulkheadRule one = atMost(1, Duration.ZERO);
        enter(one, call());
        assertThat(why(enter(one, call()))).isEqualTo(NotAdmitted.Why.BULKHEAD_FULL);
    }

    @Test
    void gives_up_when_the_wait_is_too_long() {
        BulkheadRule one = atMost(1, Duration.ofMillis(20));
        enter(one, call());
        Future<Bulkhead.Slot> waits = enter(one, call());
        eventually("the end of the wait", waits::failed);
        assertThat(why(waits)).isEqualTo(NotAdmitted.Why.BULKHEAD_FULL);
        assertThat(bulkhead.waiting()).isZero();
        assertThat(bulkhead.inUse()).isEqualTo(1);
    }

    @Test
    void lets_a_cancelled_call_leave_the_queue() {
        BulkheadRule one = atMost(1, LONG);
        enter(one, call());
        Call leaving = call();
        Future<Bulkhead.Slot> waits = enter(one, leaving);
        on(loop, () -> {
            leaving.cancellation().cancel(null);
            return true;
        });
        assertThat(why(waits)).isEqualTo(NotAdmitted.Why.BULKHEAD_FULL);
        assertThat(bulkhead.waiting()).isZero();
        assertThat(why(enter(atMost(2, LONG), leaving))).isEqualTo(NotAdmitted.Why.BULKHEAD_FULL);
    }

    @Test
    void who_waits_behind_a_call_of_a_lower_limit_gets_a_free_slot_when_that_call_leaves() {
        BulkheadRule one = atMost(1, LONG);
        enter(one, call());
        Call leaving = call();
        enter(one, leaving);
        Future<Bulkhead.Slot> behind = enter(atMost(2, LONG), call());
        assertThat(behind.isComplete()).isFalse();

        on(loop, () -> {
            leaving.cancellation().cancel(null);
            return true;
        });

        await(behind);
        assertThat(bulkhead.inUse()).isEqualTo(2);
    }

    @Test
    void hands_a_slot_on_whose_taker_gave_up_while_it_was_on_its_way() {
        BulkheadRule one = atMost(1, LONG);
        Bulkhead.Slot held = enter(one, call()).result();
        Call leaving = call();
        Future<Bulkhead.Slot> left = enter(atMost(2, LONG), leaving);
        assertThat(left.succeeded()).isTrue();
        release(left.result());
        Future<Bulkhead.Slot> first = enter(one, leaving);
        Future<Bulkhead.Slot> second = enter(atMost(2, LONG), call());
        on(loop, () -> {
            held.release(false);
            leaving.cancellation().cancel(null);
            return true;
        });
        assertThat(first.failed()).isTrue();
        release(await(second));
        assertThat(bulkhead.inUse()).isZero();
    }

    @Test
    void ignores_a_second_release() {
        BulkheadRule two = atMost(2, LONG);
        Bulkhead.Slot slot = enter(two, call()).result();
        enter(two, call());
        release(slot);
        release(slot);
        assertThat(bulkhead.inUse()).isEqualTo(1);
    }

    @Test
    void a_lower_limit_takes_effect_as_slots_come_back() {
        List<Bulkhead.Slot> slots = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            slots.add(enter(atMost(4, LONG), call()).result());
        }
        BulkheadRule two = atMost(2, LONG);
        Future<Bulkhead.Slot> waits = enter(two, call());
        release(slots.get(0));
        release(slots.get(1));
        assertThat(waits.isComplete()).isFalse();
        assertThat(bulkhead.limitOf(two)).isEqualTo(2);
        release(slots.get(2));
        await(waits);
        assertThat(bulkhead.inUse()).isEqualTo(2);
    }

    @Test
    void an_adaptive_limit_starts_at_twenty_and_is_cut_by_overloads() {
        AtomicLong now = new AtomicLong();
        Bulkhead adapting = new Bulkhead(() -> now.addAndGet(60_000_000));
        BulkheadRule rule = BulkheadCalls.adaptive();
        for (int i = 0; i < 10; i++) {
            assertThat(adapting.isFull(rule)).isFalse();
            adapting.enter(rule, call()).onSuccess(slot -> slot.release(true));
        }
        assertThat(adapting.limitOf(rule)).isEqualTo(18);
        assertThat(adapting.inUse()).isZero();
    }

    @Test
    void a_fixed_limit_does_not_adapt() {
        AtomicLong now = new AtomicLong();
        Bulkhead fixed = new Bulkhead(() -> now.addAndGet(60_000_000));
        for (int i = 0; i < 100; i++) {
            fixed.enter(atMost(20, LONG), call()).onSuccess(slot -> slot.release(true));
        }
        assertThat(fixed.limitOf(atMost(20, LONG))).isEqualTo(20);
    }

    @Test
    void completes_on_the_event_loop_of_the_call() {
        BulkheadRule one = atMost(1, LONG);
        Bulkhead.Slot held = enter(one, call()).result();
        Context other = vertx.getOrCreateContext();
        Promise<Context> where = Promise.promise();
        on(other, () -> bulkhead.enter(one, call()).onComplete(slot -> where.complete(Vertx.currentContext())));
        release(held);
        assertThat(await(where.future())).isSameAs(other);
    }

    @Test
    void loses_no_slot_when_calls_of_many_loops_come_wait_and_leave_at_random() {
        Crowd crowd = new Crowd();
        Random seed = new Random(7);
        for (int i = 0; i < 4; i++) {
            Context mine = vertx.getOrCreateContext();
            for (int client = 0; client < 10; client++) {
                Random random = new Random(seed.nextLong());
                mine.runOnContext(v -> crowd.next(mine, random, 500));
            }
        }
        eventually(
                "the end of all calls",
                () -> crowd.over.get() == 20_000 && crowd.inside.get() == 0 && bulkhead.inUse() == 0);
        assertThat(bulkhead.waiting()).isZero();
        assertThat(crowd.most.get()).isEqualTo(8);
        assertThat(crowd.admitted.get()).isBetween(2_000, 19_999);
    }

    /** Clients that make one call after the other, by rules that differ, and lose patience now and then. */
    private final class Crowd {
        private final BulkheadRule[] rules = {
            atMost(8, Duration.ofMillis(1)), atMost(8, LONG), atMost(5, Duration.ofMillis(2))
        };
        private final AtomicInteger over = new AtomicInteger();
        private final AtomicInteger admitted = new AtomicInteger();
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        void next(Context mine, Random random, int left) {
            Call call = call();
            bulkhead.enter(rules[random.nextInt(rules.length)], call)
                    .onSuccess(slot -> hold(mine, random, slot))
                    .onComplete(done -> {
                        over.incrementAndGet();
                        if (left > 1) {
                            later(mine, random.nextInt(20), () -> next(mine, random, left - 1));
                        }
                    });
            if (random.nextInt(3) == 0) {
                later(mine, random.nextInt(30), () -> call.cancellation().cancel(null));
            }
        }

        private void hold(Context mine, Random random, Bulkhead.Slot slot) {
            admitted.incrementAndGet();
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            later(mine, random.nextInt(20), () -> {
                inside.decrementAndGet();
                slot.release(random.nextBoolean());
                slot.release(false);
            });
        }
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
