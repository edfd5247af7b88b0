// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.admin.StoreHealth;
import dev.headgate.alert.AlertClaims;
import dev.headgate.alert.TwoClaims;
import dev.headgate.auth.Revocations;
import dev.headgate.auth.RevokedKeys;
import dev.headgate.call.Secret;
import dev.headgate.config.HeadgateFile;
import dev.headgate.metering.UsageJournal;
import dev.headgate.metering.UsageLedger;
import dev.headgate.quota.Decision;
import dev.headgate.quota.GuardedQuotaStore;
import dev.headgate.quota.HeardQuotaStore;
import dev.headgate.quota.JournaledQuotaStore;
import dev.headgate.quota.QuotaStore;
import dev.headgate.quota.WaitingRoom;
import dev.headgate.store.local.LocalAlertClaims;
import dev.headgate.store.local.LocalRevocations;
import dev.headgate.store.local.LocalUsageJournal;
import dev.headgate.store.memory.MemoryQuotaStore;
import dev.headgate.store.redis.RedisStores;
import dev.headgate.telemetry.QuotaMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens what outlives a call and a reload, in this process and in Redis, keeps Redis in step with what this process knows, and shows
 * how it does.
 */
final class Stores {
    private static final Logger LOG = LoggerFactory.getLogger(Stores.class);
    private static final long CATCH_UP_MILLIS = 10_000;
    private static final long CONNECT_MILLIS = 1_000;
    private static final long ASK_MILLIS = 20;
    /** No tenant can be called so. */
    private static final String ANYBODY = "-";

    /** What callers use, with the journal that budgets survive in. */
    final JournaledQuotaStore quotas;

    /** Where calls wait for room in them. */
    final WaitingRoom room;

    /** The store that counts exactly, for those who want to hear where limits stand; it has no answer while a Redis is away. */
    final HeardQuotaStore exact;

    /** What calls took, over all replicas. */
    final UsageLedger usage;

    /** Keys that are not accepted any more. */
    final RevokedKeys revoked = new RevokedKeys();

    /** Takes keys back. */
    final Revocations revocations;

    /** Which alerts are told: remembered in this process's directory, and in Redis for all replicas. */
    final AlertClaims alertClaims;

    private final Vertx vertx;
    private final BooleanSupplier budgets;
    private final LocalAlertClaims told;
    private final UsageJournal journal;
    private final @Nullable Shared shared;

    /** What there is only with Redis. */
    private record Shared(GuardedQuotaStore quotas, Replicas replicas, StoreWatch watch) {}

    private Stores(
            Vertx vertx,
            HeadgateFile.State state,
            @Nullable RedisStores redis,
            BooleanSupplier budgets,
            MeterRegistry registry) {
        this.vertx = vertx;
        this.budgets = budgets;
        this.told = new LocalAlertClaims(vertx, state.dir().resolve("alerts"), InstantSource.system());
        this.alertClaims = redis == null ? told : new TwoClaims(told, redis.alerts());
        this.journal = new LocalUsageJournal(vertx, state.dir(), LocalUsageJournal.Options.DEFAULT);
        this.usage = new UsageLedger(journal, redis == null ? null : redis.usage(), InstantSource.system());
        this.revocations = new Revocations(
                revoked,
                new LocalRevocations(vertx, state.dir()),
                redis == null ? null : redis.revocations(),
                InstantSource.system());
        QuotaStore counted;
        if (redis == null) {
            shared = null;
            exact = new HeardQuotaStore(new MemoryQuotaStore(InstantSource.system()));
            counted = exact;
            QuotaMetrics.register(registry, () -> true, () -> 0, () -> 1);
        } else {
            exact = new HeardQuotaStore(redis.quotas());
            Shared made = shared(redis, exact);
            shared = made;
            counted = made.quotas;
            QuotaMetrics.register(registry, () -> isExact(made), made.quotas::pendingSettlements, made.replicas::live);
        }
        Predicate<String> inStep = shared == null ? tenant -> true : shared.quotas::isInStep;
        this.quotas = new JournaledQuotaStore(counted, journal, inStep, InstantSource.system());
        this.room = new WaitingRoom(quotas);
        QuotaMetrics.register(registry, room::size);
    }

    /** Counts in Redis, and in this process its share while Redis does not answer. */
    private Shared shared(RedisStores redis, QuotaStore counting) {
        Replicas replicas = new Replicas(vertx, redis.replicas(), revocations, this::catchUp);
        StoreWatch watch = new StoreWatch(InstantSource.system(), this::repair);
        GuardedQuotaStore guarded = new GuardedQuotaStore(
                vertx, counting, new MemoryQuotaStore(InstantSource.system()), replicas::live, watch);
        return new Shared(guarded, replicas, watch);
    }

    /**
     * What the settings name.
     *
     * @param budgets whether tenants have any now, which need the journal
     */
    static Stores open(Vertx vertx, HeadgateFile.State state, BooleanSupplier budgets, MeterRegistry registry) {
        Secret url = state.url();
        RedisStores redis = url == null ? null : RedisStores.open(vertx, url.reveal(), state.timeout());
        return new Stores(vertx, state, redis, budgets, registry);
    }

    /** Takes in what is known from before and from other replicas. To be complete before the first call. */
    Future<Void> start() {
        vertx.setPeriodic(CATCH_UP_MILLIS, id -> catchUp());
        return revocations
                .load()
                .compose(loaded -> shared == null ? Future.succeededFuture() : shared.replicas.join())
                .compose(joined -> replay());
    }

    /**
     * Connects the event loop that calls to Redis, lest its first calls are decided alone; completes after a second at the latest, and
     * never fails.
     */
    Future<Void> connect() {
        if (shared == null) {
            return Future.succeededFuture();
        }
        Promise<Void> connected = Promise.promise();
        vertx.setTimer(CONNECT_MILLIS, late -> connected.tryComplete());
        ask(connected);
        return connected.future();
    }

    private void ask(Promise<Void> connected) {
        exact.check(ANYBODY).onSuccess(answered -> connected.tryComplete()).onFailure(cause -> {
            if (!connected.future().isComplete()) {
                vertx.setTimer(ASK_MILLIS, again -> ask(connected));
            }
        });
    }

    private Future<Void> replay() {
        if (!budgets.getAsBoolean()) {
            // What a process left that had budgets is taken in as well, but nothing waits for it.
            return quotas.replay().recover(cause -> Future.succeededFuture());
        }
        return shared == null
                ? quotas.replay()
                : quotas.replay().recover(cause -> {
                    LOG.warn("The quota store will catch up when it answers: {}", cause.getMessage());
                    return Future.succeededFuture();
                });
    }

    /**
     * Tells Redis, which was away, what it missed, before it is asked again: what was used, lest it grants more than is left, and which
     * keys are revoked. A journal that cannot be read must not keep it away: then no call with a budget passes anyway.
     */
    private Future<Void> repair(Predicate<String> reachable) {
        boolean tells = budgets.getAsBoolean() && journal.status().fault() == null;
        return (tells ? quotas.repair(exact, reachable) : Future.<Void>succeededFuture())
                // Of a cluster another node may have the revocations, which every beat looks after anyway.
                .compose(told -> revocations.exchange().otherwiseEmpty());
    }

    /** For what nobody tells: Redis was emptied while it was asked, or did not hear of a call. Does nothing while it is away. */
    private void catchUp() {
        if (budgets.getAsBoolean()) {
            quotas.catchUp().onFailure(cause -> LOG.warn("The quota store did not catch up: {}", cause.getMessage()));
        }
        usage.publish().onFailure(cause -> LOG.debug("Usage was not told to the others: {}", cause.getMessage()));
    }

    /** Whether the exact store can be asked for a tenant now. */
    boolean isExact(String tenant) {
        return source(tenant) == Decision.Source.EXACT;
    }

    /** Who counts a tenant now. */
    Decision.Source source(String tenant) {
        return shared == null ? Decision.Source.EXACT : shared.quotas.source(tenant);
    }

    private static boolean isExact(Shared shared) {
        return shared.quotas.source() == Decision.Source.EXACT;
    }

    StoreHealth health() {
        return new StoreHealth(
                shared == null ? null : health(shared), journal.status().fault(), budgets.getAsBoolean());
    }

    private static StoreHealth.Shared health(Shared shared) {
        StoreWatch.State state = shared.watch.state();
        return new StoreHealth.Shared(
                "redis",
                isExact(shared),
                state.since(),
                state.reason() == null ? shared.replicas.fault() : state.reason(),
                shared.replicas.fault() == null,
                shared.replicas.live(),
                shared.quotas.pendingSettlements(),
                shared.replicas.complaints());
    }

    /** Tells the other replicas the last of it first, if they can be told. */
    Future<Void> close() {
        Future<Void> left = shared == null ? Future.succeededFuture() : shared.replicas.close();
        return left.eventually(usage::publish)
                .eventually(quotas::close)
                .eventually(revocations::close)
                .eventually(told::close);
    }
}
