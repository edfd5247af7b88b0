// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.headgate.metering.UsageJournal.Pending;
import dev.headgate.metering.UsageJournal.Total;
import dev.headgate.metering.UsageOrigin;
import dev.headgate.metering.UsagePart;
import dev.headgate.metering.UsageRow;
import dev.headgate.metering.UsageSum;
import dev.headgate.store.local.LocalUsageJournal;
import dev.headgate.store.local.LocalUsageJournal.Options;
import dev.headgate.store.memory.MemoryQuotaStore;
import dev.headgate.store.redis.RedisQuotaStore;
import dev.headgate.store.redis.RedisStores;
import dev.headgate.testkit.RedisServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journaled store is a store as any other, and remembers. */
class JournaledQuotaStoreIT extends QuotaStoreContract {
    private static final Limit DAY = tenant(LimitRule.of(LimitKind.TOKENS_PER_DAY, 1_000));
    private static final Limit MONTH = key(LimitRule.of(LimitKind.USD_PER_MONTH, 1_000));
    private static final Limit CALLS = tenant(LimitRule.of(LimitKind.REQUESTS_PER_DAY, 1_000));
    private static final Limit MINUTE = tenant(LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 1_000));

    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private final List<QuotaStore> stores = new ArrayList<>();
    private final AtomicBoolean inStep = new AtomicBoolean(true);
    private Instant now = START;
    private LocalUsageJournal journal;
    private JournaledQuotaStore store;

    @BeforeEach
    void open() {
        open(memory(), tenant -> inStep.get(), Options.DEFAULT);
    }

    @AfterEach
    void close() {
        await(store.close());
        stores.forEach(one -> await(one.close()));
        await(vertx.close());
    }

    @Override
    protected QuotaStore store() {
        return store;
    }

    @Override
    protected Instant now() {
        return now;
    }

    @Override
    protected void moveClockTo(Instant instant) {
        now = instant;
    }

    private MemoryQuotaStore memory() {
        return new MemoryQuotaStore(() -> now, MOST_LIVE);
    }

    private RedisQuotaStore nowhere() {
        return RedisStores.open(vertx, "redis://127.0.0.1:1", Duration.ofMillis(500))
                .quotas();
    }

    private void open(QuotaStore counters, Options options) {
        open(counters, tenant -> inStep.get(), options);
    }

    private void open(QuotaStore counters, Predicate<String> isInStep, Options options) {
        stores.add(counters);
        journal = new LocalUsageJournal(vertx, dir, options);
        store = new JournaledQuotaStore(counters, journal, isInStep, () -> now);
    }

    /** As after the end of a process: what was not settled stays so. */
    private void restart(QuotaStore counters) {
        await(journal.close());
        open(counters, Options.DEFAULT);
    }

    private List<Long> used(Limit... limits) {
        return look(limits).stream().map(Standing::used).toList();
    }

    private Reservation running(Amounts estimate, Limit... limits) {
        Reservation wish = wish(estimate, limits);
        granted(await(store.reserve(wish)));
        return wish;
    }

    private static Throwable failure(Future<?> future) {
        return Objects.requireNonNull(future.toCompletionStage()
                .toCompletableFuture()
                .handle((value, cause) -> cause)
                .join());
    }

    @Test
    void budgets_survive_a_restart() {
        settled(Amounts.call(500, 90), Amounts.call(300, 70), DAY, MONTH, CALLS, MINUTE);
        settled(Amounts.call(500, 90), Amounts.call(200, 10), DAY, MONTH, CALLS, MINUTE);

        restart(memory());
        await(store.replay());

        assertThat(used(DAY, MONTH, CALLS, MINUTE)).containsExactly(500L, 80L, 2L, 0L);
        assertThat(refused(reserve(Amounts.call(501, 0), DAY)).by().limit()).isEqualTo(DAY);
    }

    @Test
    void a_budget_for_each_user_is_told_in_small_pieces() {
        LateStore counters = new LateStore(() -> now);
        restart(counters);
        LimitRule month = LimitRule.of(LimitKind.USD_PER_MONTH, 1_000);
        for (int i = 0; i < 250; i++) {
            settled(Amounts.call(1, 1), Amounts.call(1, i + 1), user("u" + i, month));
        }

        await(store.republish(tenant -> true));

        assertThat(counters.mostTold()).isBetween(50, 100);
    }

    @Test
    void windows_that_are_over_are_not_told_again() {
        settled(Amounts.call(500, 90), Amounts.call(300, 70), DAY, MONTH);
        pass(Duration.ofDays(1));

        restart(memory());
        await(store.replay());

        assertThat(used(DAY, MONTH)).containsExactly(0L, 70L);
        moveClockTo(START);
        assertThat(used(DAY)).containsExactly(0L);
    }

    @Test
    void a_call_that_ended_with_its_process_stays_at_its_estimate() {
        Reservation killed = running(Amounts.call(500, 90), DAY, MONTH);

        restart(memory());
        await(store.replay());

        assertThat(used(DAY, MONTH)).containsExactly(500L, 90L);
        assertThat(await(journal.pending())).isEmpty();
        assertThat(await(store.settle(TENANT, killed.id(), Amounts.call(1, 1)))).isFalse();
        restart(memory());
        await(store.replay());
        assertThat(used(DAY, MONTH)).containsExactly(500L, 90L);
    }

    @Test
    void a_store_that_remembers_the_call_is_not_charged_again() {
        MemoryQuotaStore lasting = memory();
        restart(lasting);
        running(Amounts.call(500, 90), DAY, MONTH);
        settled(Amounts.call(500, 90), Amounts.call(200, 10), DAY, MONTH);

        restart(lasting);
        await(store.replay());
        await(store.catchUp());

        assertThat(used(DAY, MONTH)).containsExactly(700L, 100L);
        assertThat(lasting.unsettled(TENANT)).isZero();
    }

    @Test
    void a_call_that_is_settled_twice_counts_once() {
        Reservation wish = running(Amounts.call(500, 90), DAY);

        assertThat(await(store.settle(TENANT, wish.id(), Amounts.call(200, 10))))
                .isTrue();
        assertThat(await(store.settle(TENANT, wish.id(), Amounts.call(400, 10))))
                .isFalse();

        assertThat(await(journal.totals())).extracting(Total::used).containsExactly(200L);
        restart(memory());
        await(store.replay());
        assertThat(used(DAY)).containsExactly(200L);
    }

    @Test
    void a_call_that_is_taken_back_was_never_made() {
        Reservation wish = running(Amounts.call(500, 90), DAY, CALLS);
        await(store.release(TENANT, wish.id()));

        restart(memory());
        await(store.replay());

        assertThat(used(DAY, CALLS)).containsExactly(0L, 0L);
    }

    @Test
    void notes_nothing_of_calls_that_are_refused_or_have_no_calendar_limit() {
        refused(reserve(Amounts.call(1_001, 0), DAY));
        Reservation wish = running(Amounts.call(1, 1), MINUTE);
        assertThat(await(journal.pending())).isEmpty();

        assertThat(await(store.settle(TENANT, wish.id(), Amounts.call(1, 1)))).isTrue();
        assertThat(await(journal.totals())).isEmpty();
    }

    @Test
    void charges_nothing_for_a_call_that_cannot_be_noted() {
        await(journal.close());
        open(memory(), new Options(Duration.ofMillis(5), 1, 1));
        Reservation noted = running(Amounts.call(100, 10), DAY, MINUTE);
        assertThat(failure(store.check("acme")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("bytes");

        assertThat(failure(store.reserve(wish(Amounts.call(200, 20), DAY, MINUTE))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("takes no calls");

        assertThat(used(DAY, MINUTE)).containsExactly(100L, 1L);
        assertThat(await(store.settle(TENANT, noted.id(), Amounts.call(70, 10))))
                .isTrue();
        assertThat(used(DAY)).containsExactly(70L);
    }

    @Test
    void a_store_that_was_emptied_gets_what_is_settled_back_and_then_what_ran_meanwhile() {
        Reservation meanwhile = running(Amounts.call(500, 90), DAY);
        settled(Amounts.call(500, 90), Amounts.call(300, 70), DAY);
        JournaledQuotaStore emptied = new JournaledQuotaStore(memory(), journal, tenant -> inStep.get(), () -> now);

        await(emptied.republish(tenant -> true));
        assertThat(await(emptied.look(TENANT, List.of(DAY), calendar())))
                .extracting(Standing::used)
                .containsExactly(300L);

        await(store.settle(TENANT, meanwhile.id(), Amounts.call(20, 5)));
        await(emptied.catchUp());
        assertThat(await(emptied.look(TENANT, List.of(DAY), calendar())))
                .extracting(Standing::used)
                .containsExactly(320L);
    }

    @Test
    void a_settlement_on_its_way_is_not_told_as_a_total_too() {
        LateStore counters = new LateStore(() -> now);
        restart(counters);
        Reservation small = running(Amounts.call(100, 10), DAY);
        counters.holdBackSettlements();
        Future<Boolean> settled = store.settle(TENANT, small.id(), Amounts.call(300, 30));

        await(store.republish(tenant -> true));
        counters.deliver();
        await(settled);

        assertThat(await(counters.look(TENANT, List.of(DAY), calendar())))
                .extracting(Standing::used)
                .containsExactly(300L);
        await(store.catchUp());
        assertThat(await(counters.look(TENANT, List.of(DAY), calendar())))
                .extracting(Standing::used)
                .containsExactly(300L);
    }

    @Test
    void each_journal_tells_for_itself_wherever_its_process_runs() {
        settled(Amounts.call(500, 90), Amounts.call(300, 70), DAY);
        LocalUsageJournal second = new LocalUsageJournal(vertx, dir.resolve("elsewhere"), Options.DEFAULT);
        JournaledQuotaStore other = new JournaledQuotaStore(memory(), second, tenant -> true, () -> now);
        Reservation wish = wish(Amounts.call(500, 90), DAY);
        granted(await(other.reserve(wish)));
        await(other.settle(TENANT, wish.id(), Amounts.call(200, 10)));

        MemoryQuotaStore emptied = memory();
        await(new JournaledQuotaStore(emptied, journal, tenant -> true, () -> now).republish(tenant -> true));
        await(new JournaledQuotaStore(emptied, second, tenant -> true, () -> now).republish(tenant -> true));

        assertThat(await(emptied.look(TENANT, List.of(DAY), calendar())))
                .extracting(Standing::used)
                .containsExactly(500L);
        await(other.close());
    }

    @Test
    void what_the_store_will_be_told_later_is_not_confirmed_before() {
        inStep.set(false);
        Reservation wish = running(Amounts.call(500, 90), DAY);
        running(Amounts.call(100, 90), DAY);
        await(store.settle(TENANT, wish.id(), Amounts.call(200, 10)));
        await(store.catchUp());
        assertThat(await(journal.pending())).hasSize(2);

        inStep.set(true);
        await(store.catchUp());

        assertThat(await(journal.pending()))
                .extracting(call -> call.begin().estimate().tokens(), Pending::settlement)
                .containsExactly(tuple(100L, null));
        assertThat(used(DAY)).containsExactly(300L);
    }

    @Test
    void a_replay_that_the_store_did_not_take_is_made_again() {
        running(Amounts.call(500, 90), DAY);
        restart(nowhere());
        assertThat(failure(store.replay())).isInstanceOf(StoreException.class);
        assertThat(await(journal.pending()))
                .singleElement()
                .extracting(Pending::settlement)
                .isNotNull()
                .extracting(settled -> settled.actual().estimated())
                .isEqualTo(1L);

        restart(memory());
        await(store.replay());

        assertThat(used(DAY)).containsExactly(500L);
        assertThat(await(journal.pending())).isEmpty();
    }

    @Test
    void what_a_process_granted_alone_is_remembered() {
        GuardedQuotaStore guarded = new GuardedQuotaStore(vertx, nowhere(), memory(), () -> 1, new Silent());
        await(journal.close());
        open(guarded, guarded::isInStep, Options.DEFAULT);
        settled(Amounts.call(500, 90), Amounts.call(300, 70), tenant(DAY.rule().whenStoreDown(WhenStoreDown.ALLOW)));
        assertThat(await(journal.pending()))
                .singleElement()
                .satisfies(call -> assertThat(call.settlement()).isNotNull());

        restart(memory());
        await(store.replay());

        assertThat(used(DAY)).containsExactly(300L);
    }

    @Test
    void a_reset_and_a_credit_survive_a_restart() {
        settled(Amounts.call(500, 90), Amounts.call(300, 70), DAY, MONTH);
        settled(Amounts.call(500, 90), Amounts.call(100, 20), DAY, MONTH);
        assertThat(await(store.reset(TENANT, DAY, calendar())).used()).isZero();
        assertThat(await(store.credit(TENANT, MONTH, calendar(), 50)).used()).isEqualTo(40);
        settled(Amounts.call(5, 5), Amounts.call(5, 5), DAY, MONTH);
        await(store.catchUp());
        assertThat(used(DAY, MONTH)).containsExactly(5L, 45L);

        restart(memory());
        await(store.replay());

        assertThat(used(DAY, MONTH)).containsExactly(5L, 45L);
    }

    @Test
    void a_correction_counts_once_in_a_store_that_keeps_it_and_in_one_that_was_emptied() {
        try (RedisServer redis = RedisServer.start()) {
            RedisStores shared = RedisStores.open(vertx, redis.url(), Duration.ofSeconds(5));
            moveClockTo(Instant.now());
            restart(shared.quotas());
            settled(Amounts.call(500, 90), Amounts.call(300, 70), DAY);
            await(store.catchUp());
            tell("other", DAY, 200);
            assertThat(used(DAY)).containsExactly(500L);
            await(store.credit(TENANT, DAY, calendar(), 450));
            await(store.catchUp());
            await(store.catchUp());
            assertThat(used(DAY)).containsExactly(50L);
            tell("other", DAY, 230);
            assertThat(used(DAY)).as("what the other took besides").containsExactly(80L);

            redis.command("FLUSHALL");
            await(store.catchUp());
            tell("other", DAY, 230);
            assertThat(used(DAY)).containsExactly(80L);
        }
    }

    @Test
    void a_reset_while_it_tells_what_was_used_is_not_undone() {
        settled(Amounts.call(500, 90), Amounts.call(300, 70), DAY);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            all.add(store.republish(tenant -> true));
        }
        all.add(store.reset(TENANT, DAY, calendar()));
        all.add(store.republish(tenant -> true));
        await(Future.join(all));

        assertThat(used(DAY)).containsExactly(0L);
    }

    @Test
    void a_rate_and_running_calls_are_reset_in_the_store_alone() {
        granted(call(MINUTE));
        await(store.credit(TENANT, MINUTE, calendar(), 1));
        await(store.reset(TENANT, MINUTE, calendar()));

        assertThat(await(journal.totals())).isEmpty();
    }

    @Test
    void rows_say_of_whom_what_was_settled_and_what_of_it_is_a_guess() {
        UsageOrigin origin = new UsageOrigin(TENANT, "web", "chat", "2099-06-10");
        UsagePart big = new UsagePart("big", new UsageSum(1, 20, 5, 30, 10, 700, 0, 0));
        UsagePart small = new UsagePart("small", new UsageSum(0, 9, 0, 0, 0, 0, 1, 1));
        Reservation wish = accounted(Amounts.call(100, 90), DAY);
        granted(await(store.reserve(wish)));
        await(store.settle(origin, wish.id(), List.of(big, small)));
        granted(await(store.reserve(accounted(Amounts.call(100, 90), DAY))));
        store.note(origin, List.of(big));

        restart(memory());
        await(store.replay());

        assertThat(await(journal.rows("")).rows())
                .containsExactlyInAnyOrder(
                        UsageRow.of(origin, new UsagePart("big", new UsageSum(2, 40, 10, 60, 20, 1_400, 0, 0))),
                        UsageRow.of(origin, small),
                        UsageRow.of(origin, new UsagePart("", new UsageSum(1, 40, 0, 60, 0, 90, 0, 1))));
        assertThat(used(DAY))
                .as("without the call that nothing was reserved for")
                .containsExactly(20L + 30 + 9 + 100);
    }

    @Test
    void a_call_that_is_taken_back_stands_in_no_row() {
        Reservation wish = accounted(Amounts.call(100, 90), DAY);
        granted(await(store.reserve(wish)));
        await(store.release(TENANT, wish.id()));

        assertThat(await(journal.rows("")).rows()).isEmpty();
    }

    private Reservation accounted(Amounts estimate, Limit... limits) {
        Reservation wish = wish(estimate, limits);
        return new Reservation(
                wish.id(),
                TENANT,
                wish.limits(),
                estimate,
                wish.lease(),
                wish.calendar(),
                new Account("web", "chat", 40));
    }

    @Test
    void lets_no_second_process_keep_the_same_journal() {
        await(store.check("acme"));
        LocalUsageJournal second = new LocalUsageJournal(vertx, dir, Options.DEFAULT);
        JournaledQuotaStore other = new JournaledQuotaStore(memory(), second, tenant -> true, () -> now);

        assertThatThrownBy(() -> await(other.replay())).hasMessageContaining("in use by another");
        await(other.close());
    }

    private static final class Silent implements StoreListener {
        @Override
        public void failed(StoreException why) {}

        @Override
        public void lost(StoreException why) {}

        @Override
        public Future<Void> back(Predicate<String> reachable, long droppedSettlements) {
            return Future.succeededFuture();
        }
    }
}
