// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import io.vertx.core.http.HttpConnection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds what connections may take: how many there are, in all and from one address, and how long one may be idle or take over a
 * request's head. The counts are shared by all event loops; a connection's own state is confined to its loop.
 */
final class ConnectionGuard {
    static final int MAX_CONNECTIONS = 20_000;
    static final int MAX_PER_ADDRESS = 10_000;

    private final LoopTicker ticker;
    private final Counts counts;
    private final Times times;

    ConnectionGuard(LoopTicker ticker, Counts counts, Times times) {
        this.ticker = ticker;
        this.counts = counts;
        this.times = times;
    }

    /** Takes a new connection under watch, or closes it if there are too many. */
    Guarded open(HttpConnection connection, Runnable onClose) {
        String address = connection.remoteAddress().hostAddress();
        Guarded guarded = new Guarded(connection, times);
        if (!counts.enter(address)) {
            connection.closeHandler(v -> onClose.run());
            connection.close();
            return guarded;
        }
        ticker.add(guarded);
        connection.closeHandler(v -> {
            ticker.remove(guarded);
            counts.leave(address);
            onClose.run();
            if (guarded.isBusy()) {
                Connections.dropPipelined(connection);
            }
        });
        return guarded;
    }

    /** How many connections there are, process-wide. */
    static final class Counts {
        private final AtomicInteger all = new AtomicInteger();
        private final ConcurrentHashMap<String, Integer> byAddress = new ConcurrentHashMap<>();

        boolean enter(String address) {
            int mine = byAddress.merge(address, 1, Integer::sum);
            if (all.incrementAndGet() > MAX_CONNECTIONS || mine > MAX_PER_ADDRESS) {
                leave(address);
                return false;
            }
            return true;
        }

        void leave(String address) {
            all.decrementAndGet();
            byAddress.computeIfPresent(address, (a, n) -> n == 1 ? null : n - 1);
        }

        int open() {
            return all.get();
        }
    }

    /** One connection; a running request keeps it, silence closes it. */
    static final class Guarded implements LoopTicker.Watched {
        private final HttpConnection connection;
        private final Times times;
        private int running;
        private boolean doomed;
        private long quietSince = System.nanoTime();

        private Guarded(HttpConnection connection, Times times) {
            this.connection = connection;
            this.times = times;
        }

        void requestBegan() {
            running++;
        }

        /** @param whole whether the request had arrived to its end */
        void requestEnded(boolean whole) {
            running--;
            quietSince = System.nanoTime();
            if (doomed && whole) {
                connection.close();
            }
        }

        /** No further request is served on this connection, also none that has arrived already; it closes after its answer. */
        void doom() {
            doomed = true;
        }

        boolean isDoomed() {
            return doomed;
        }

        private boolean isBusy() {
            return running > 0 || doomed;
        }

        @Override
        public void tick(long nowNanos) {
            if (running > 0) {
                return;
            }
            // What is left of a refused upload is let in for a while, because a reset could overtake the answer.
            long limit = (doomed ? times.linger() : times.idle()).toNanos();
            long quiet = nowNanos - quietSince;
            if (quiet > 2 * limit) {
                Connections.reset(connection);
            } else if (quiet > limit) {
                connection.close();
            }
        }
    }
}
