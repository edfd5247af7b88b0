// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.quota.StoreException;
import dev.headgate.quota.StoreListener;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs how the shared store of quotas does, remembers it for who asks, and has it repaired when it is back. Thread-safe. */
final class StoreWatch implements StoreListener {
    private static final Logger LOG = LoggerFactory.getLogger(StoreWatch.class);

    private final InstantSource clock;
    private final Function<Predicate<String>, Future<Void>> repair;
    private volatile State state;
    /** How many of its servers are lost. */
    private int lost;

    /**
     * Since when it is as it is.
     *
     * @param reason why it does not answer; null if it does
     */
    record State(Instant since, @Nullable String reason) {}

    /** @param repair tells the store what it missed of those tenants, before anybody asks it again; if that fails it is not asked */
    StoreWatch(InstantSource clock, Function<Predicate<String>, Future<Void>> repair) {
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
    public synchronized void lost(StoreException why) {
        lost++;
        state = new State(clock.instant(), why.getMessage());
        LOG.warn(
                "The quota store does not answer ({} {}): this process decides by itself, as whenStoreDown says",
                why.reason(),
                why.getMessage());
    }

    @Override
    public Future<Void> back(Predicate<String> reachable, long droppedSettlements) {
        if (droppedSettlements > 0) {
            LOG.error("{} settlements were lost while the quota store was away", droppedSettlements);
        }
        return repair.apply(reachable)
                .onSuccess(repaired -> found())
                .onFailure(cause -> LOG.warn("The quota store did not take what it missed: {}", cause.getMessage()));
    }

    private synchronized void found() {
        lost--;
        if (lost == 0) {
            state = new State(clock.instant(), null);
            LOG.info("The quota store answers again, and has what it missed");
        } else {
            LOG.info("A server of the quota store answers again, and has what it missed; {} do not", lost);
        }
    }
}
