// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.call.Secret;
import dev.headgate.config.HeadgateFile;
import dev.headgate.metering.UsageJournal;
import dev.headgate.quota.Decision;
import dev.headgate.quota.GuardedQuotaStore;
import dev.headgate.quota.JournaledQuotaStore;
import dev.headgate.quota.QuotaStore;
import dev.headgate.quota.StoreException;
import dev.headgate.quota.StoreListener;
import dev.headgate.store.local.LocalUsageJournal;
import dev.headgate.store.memory.MemoryQuotaStore;
import dev.headgate.store.redis.RedisStores;
import dev.headgate.telemetry.QuotaMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens what outlives a call and a reload, in this process and in Redis, and shows how it does. */
final class Stores {
    private static final Logger LOG = LoggerFactory.getLogger(Stores.class);

    /** What callers use, with the journal that budgets survive in. */
    final JournaledQuotaStore quotas;

    private final UsageJournal journal;
    private final @Nullable RedisStores redis;

    private Stores(Vertx vertx, HeadgateFile.State state, @Nullable RedisStores redis, MeterRegistry registry) {
        this.redis = redis;
        this.journal = new LocalUsageJournal(vertx, state.dir(), LocalUsageJournal.Options.DEFAULT);
        if (redis == null) {
            QuotaMetrics.register(registry, () -> true, () -> 0);
            this.quotas = journaled(state.dir(), new MemoryQuotaStore(InstantSource.system()), () -> true);
        } else {
            GuardedQuotaStore guarded = guarded(vertx, redis, registry);
            this.quotas = journaled(state.dir(), guarded, guarded::isInStep);
        }
    }

    /** What the settings name. */
    static Stores open(Vertx vertx, HeadgateFile.State state, MeterRegistry registry) {
        Secret url = state.url();
        return new Stores(
                vertx, state, url == null ? null : RedisStores.open(vertx, url.reveal(), state.timeout()), registry);
    }

    /** Whether other replicas share it. */
    boolean isShared() {
        return redis != null;
    }

    Future<Void> close() {
        return quotas.close();
    }

    private JournaledQuotaStore journaled(Path dir, QuotaStore store, BooleanSupplier inStep) {
        return new JournaledQuotaStore(store, journal, inStep, node(dir), InstantSource.system());
    }

    /** The same for every start of this gateway on this machine, and no other's. */
    private static String node(Path dir) {
        String host = System.getenv().getOrDefault("HOSTNAME", "localhost");
        return UUID.nameUUIDFromBytes((host + ' ' + dir.toAbsolutePath()).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** Counts in Redis, and in this process while Redis does not answer. */
    private static GuardedQuotaStore guarded(Vertx vertx, RedisStores redis, MeterRegistry registry) {
        // How many processes there are is not known here: one that decides alone takes a limit for its own.
        GuardedQuotaStore guarded = new GuardedQuotaStore(
                vertx, redis.quotas(), new MemoryQuotaStore(InstantSource.system()), () -> 1, new Log());
        QuotaMetrics.register(registry, () -> guarded.source() == Decision.Source.EXACT, guarded::pendingSettlements);
        return guarded;
    }

    private static final class Log implements StoreListener {
        @Override
        public void failed(StoreException why) {
            LOG.debug("The quota store failed: {} {}", why.reason(), why.getMessage());
        }

        @Override
        public void lost(StoreException why) {
            LOG.warn(
                    "The quota store does not answer ({} {}): this process decides by itself, as whenStoreDown says",
                    why.reason(),
                    why.getMessage());
        }

        @Override
        public Future<Void> back(long droppedSettlements) {
            if (droppedSettlements > 0) {
                LOG.error("The quota store answers again; {} settlements were lost", droppedSettlements);
            } else {
                LOG.info("The quota store answers again, and has what it missed");
            }
            return Future.succeededFuture();
        }
    }
}
