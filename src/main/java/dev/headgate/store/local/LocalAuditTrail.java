// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import dev.headgate.audit.AuditLine;
import dev.headgate.audit.AuditTrail;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;

/** The trail as a file of JSON lines below the state directory, {@code audit.jsonl}. One fsync a line, on a thread of its own. */
public final class LocalAuditTrail implements AuditTrail {
    private final WorkerExecutor disk;
    private final AuditFile file;

    public LocalAuditTrail(Vertx vertx, Path dir) {
        this.disk = vertx.createSharedWorkerExecutor("headgate-audit", 1);
        this.file = new AuditFile(dir);
    }

    @Override
    public Future<Void> append(AuditLine line) {
        return disk.executeBlocking(
                        () -> {
                            file.append(line);
                            return true;
                        },
                        false)
                .mapEmpty();
    }
}
