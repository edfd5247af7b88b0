// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import dev.headgate.alert.AlertClaims;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Claims of this process and of those that ran in its state directory before it. The directory is opened by the first claim, so that
 * it need not exist where nobody is alerted. Any thread may call; the disk is touched by a thread of its own.
 */
public final class LocalAlertClaims implements AlertClaims {
    private final Path dir;
    private final InstantSource clock;
    private final WorkerExecutor disk;

    // Touched by the disk's one thread only.
    private @Nullable StateLock lock;
    private @Nullable ClaimLog log;
    private boolean closed;

    /** @param dir of claims alone */
    public LocalAlertClaims(Vertx vertx, Path dir, InstantSource clock) {
        this.dir = dir;
        this.clock = clock;
        this.disk = vertx.createSharedWorkerExecutor("headgate-alerts-" + dir.toAbsolutePath(), 1);
    }

    @Override
    public Future<Boolean> claim(Threshold threshold, Instant until) {
        String name = threshold.tenant() + '/' + threshold.name();
        return disk.executeBlocking(
                        () -> {
                            long now = clock.millis();
                            return open(now).claim(name, until.toEpochMilli(), now);
                        },
                        false)
                .map(first -> Boolean.TRUE.equals(first));
    }

    /** Later claims fail. */
    public Future<Void> close() {
        return disk.executeBlocking(
                        () -> {
                            closeNow();
                            return true;
                        },
                        false)
                .eventually(disk::close)
                .mapEmpty();
    }

    private ClaimLog open(long now) throws IOException {
        if (closed) {
            throw new IOException("The record of alerts is closed.");
        }
        ClaimLog known = log;
        if (known != null) {
            return known;
        }
        StateLock held = StateLock.acquire(dir);
        try {
            ClaimLog opened = ClaimLog.open(dir, now);
            lock = held;
            log = opened;
            return opened;
        } catch (IOException e) {
            held.close();
            throw e;
        }
    }

    private void closeNow() throws IOException {
        closed = true;
        if (log != null) {
            log.close();
            log = null;
        }
        if (lock != null) {
            lock.close();
            lock = null;
        }
    }
}
