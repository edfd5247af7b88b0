// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.quota.StoreException;
import dev.headgate.quota.StoreListener;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs how the shared store of quotas does, remembers it for who asks, and has it repaired when it is back. Thread-safe. */
final class StoreWatch implements StoreListener {
    private static final Logger LOG = LoggerFactory.getLogger(StoreWatch.class);

    private final InstantSource clock;
    private final Supplier<Future<Void>> repair;
    private volatile State state;

    /**
     * Since when it is as it is.
     *
     * @param reason why it does not answer; null if it does
     */
    record State(Instant since, @Nullable String reason) {}

    /** @param repair tells the store what it missed, before anybody asks it again; if that fails it is not asked */
    StoreWatch(InstantSource clock, Supplier<Future<Void>> repair) {
        this.clock = clock;
        this.repair = repair;
        this.state = new State(clock.instant(), null);
    }

    State state() {
        return state;
    }

    @Override
    public void failed(StoreException why) {
        LOG.debug("The quota store failed: {} {}", why.reason(), why.getMessage());
    }

    @Override
    public void lost(StoreException why) {
        state = new State(clock.instant(), why.getMessage());
        LOG.warn(
                "The quota store does not answer ({} {}): this process decides by itself, as whenStoreDown says",
                why.reason(),
                why.getMessage());
    }

    @Override
    public Future<Void> back(long droppedSettlements) {
        if (droppedSettlements > 0) {
            LOG.error("{} settlements were lost while the quota store was away", droppedSettlements);
        }
        return repair.get()
                .onSuccess(repaired -> {
                    state = new State(clock.instant(), null);
                    LOG.info("The quota store answers again, and has what it missed");
                })
                .onFailure(cause -> LOG.warn("The quota store did not take what it missed: {}", cause.getMessage()));
    }
}
