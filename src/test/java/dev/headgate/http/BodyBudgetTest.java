// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.CallFailure;
import dev.headgate.call.ErrorKind;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {
    private static final long MB = 1 << 20;

    private Vertx vertx;
    private Context context;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        context = vertx.getOrCreateContext();
    }

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void counts_what_is_held_and_gives_it_back_once() throws Exception {
        BodyBudget budget = new BodyBudget(10 * MB);
        BodyBudget.Lease lease = await(budget.acquire(MB, context));
        await(lease.grow(MB));
        assertThat(budget.used()).isEqualTo(2 * MB);
        lease.shrinkTo(100);
        assertThat(budget.used()).isEqualTo(100);
        lease.release();
        lease.release();
        assertThat(budget.used()).isZero();
    }

    @Test
    void lets_small_bodies_in_when_there_is_no_room() {
        BodyBudget budget = new BodyBudget(MB, Duration.ofHours(1));
        assertThat(budget.acquire(MB, context).succeeded()).isTrue();
        assertThat(budget.acquire(MB, context).isComplete()).isFalse();
        assertThat(budget.acquire(BodyBudget.SMALL, context).succeeded()).isTrue();
        assertThat(budget.used()).isEqualTo(MB + BodyBudget.SMALL);
        assertThat(budget.waiting()).isEqualTo(1);
    }

    @Test
    void lets_a_body_above_the_limit_in_alone() {
        BodyBudget budget = new BodyBudget(MB, Duration.ofHours(1));
        assertThat(budget.acquire(5 * MB, context).succeeded()).isTrue();
    }

    @Test
    void serves_waiters_in_order_even_if_a_later_one_would_fit() throws Exception {
        BodyBudget budget = new BodyBudget(4 * MB, Duration.ofHours(1));
        BodyBudget.Lease held = await(budget.acquire(3 * MB, context));
        List<String> order = new ArrayList<>();
        CountDownLatch both = new CountDownLatch(2);
        budget.acquire(4 * MB - 1, context).onSuccess(lease -> {
            order.add("large");
            both.countDown();
            lease.release();
        });
        budget.acquire(MB, context).onSuccess(lease -> {
            order.add("fits");
            both.countDown();
        });
        assertThat(budget.waiting()).isEqualTo(2);
        held.release();
        assertThat(both.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(order).containsExactly("large", "fits");
        assertThat(budget.used()).isEqualTo(MB);
    }

    @Test
    void completes_on_the_context_of_the_caller() throws Exception {
        BodyBudget budget = new BodyBudget(MB, Duration.ofHours(1));
        BodyBudget.Lease held = await(budget.acquire(MB, context));
        Context other = vertx.getOrCreateContext();
        Future<Context> where = budget.acquire(MB, other).map(lease -> Vertx.currentContext());
        held.release();
        assertThat(await(where)).isSameAs(other);
    }

    @Test
    void fails_with_503_when_patience_ends_and_serves_those_behind() throws Exception {
        BodyBudget budget = new BodyBudget(4 * MB, Duration.ofMillis(20));
        await(budget.acquire(3 * MB, context));
        Future<BodyBudget.Lease> large = budget.acquire(2 * MB, context);
        await(large.otherwiseEmpty());
        assertThat(large.cause()).isInstanceOfSatisfying(CallFailure.class, e -> {
            assertThat(e.error().kind()).isEqualTo(ErrorKind.OVERLOADED);
            assertThat(e.error().retryAfter()).isEqualTo(Duration.ofSeconds(1));
        });
        assertThat(budget.waiting()).isZero();
        assertThat(budget.used()).isEqualTo(3 * MB);
        await(budget.acquire(MB, context));
    }

    @Test
    void grows_without_waiting_only_if_there_is_room() throws Exception {
        BodyBudget budget = new BodyBudget(MB, Duration.ofHours(1));
        BodyBudget.Lease first = await(budget.acquire(MB - 10, context));
        BodyBudget.Lease second = await(budget.acquire(0, context));
        assertThat(second.tryGrow(11)).isFalse();
        assertThat(second.tryGrow(10)).isTrue();
        first.release();
        assertThat(budget.used()).isEqualTo(10);
    }
}
