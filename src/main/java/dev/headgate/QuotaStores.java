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
import dev.headgate.store.redis.RedisQuotaStore;
import dev.headgate.telemetry.QuotaMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the store of what callers use, and shows how it does. */
final class QuotaStores {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaStores.class);

    private QuotaStores() {}

    /** The store that the settings name, with the journal that budgets survive in. */
    static JournaledQuotaStore open(Vertx vertx, HeadgateFile.State state, MeterRegistry registry) {
        Secret url = state.url();
        if (url == null) {
            QuotaMetrics.register(registry, () -> true, () -> 0);
            return journaled(vertx, state.dir(), new MemoryQuotaStore(InstantSource.system()), () -> true);
        }
        // How many processes there are is not known here: one that decides alone takes a limit for its own.
        GuardedQuotaStore guarded = inRedis(vertx, url.reveal(), state.timeout(), () -> 1, registry);
        return journaled(vertx, state.dir(), guarded, guarded::isInStep);
    }

    private static JournaledQuotaStore journaled(Vertx vertx, Path dir, QuotaStore store, BooleanSupplier inStep) {
        UsageJournal journal = new LocalUsageJournal(vertx, dir, LocalUsageJournal.Options.DEFAULT);
        return new JournaledQuotaStore(store, journal, inStep, node(dir), InstantSource.system());
    }

    /** The same for every start of this gateway on this machine, and no other's. */
    private static String node(Path dir) {
        String host = System.getenv().getOrDefault("HOSTNAME", "localhost");
        return UUID.nameUUIDFromBytes((host + ' ' + dir.toAbsolutePath()).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /**
     * Counts in Redis, and in this process while Redis does not answer.
     *
     * @param deadline of every command
     * @param liveNodes how many processes divide a limit then
     */
    private static GuardedQuotaStore inRedis(
            Vertx vertx, String url, Duration deadline, IntSupplier liveNodes, MeterRegistry registry) {
        GuardedQuotaStore guarded = new GuardedQuotaStore(
                vertx,
                RedisQuotaStore.open(vertx, url, deadline),
                new MemoryQuotaStore(InstantSource.system()),
                liveNodes,
                new Log());
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
