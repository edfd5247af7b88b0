// SPDX-License-Identifier: Apache-2.0
package dev.headgate.audit;

import io.vertx.core.Future;

/** Keeps what operators changed. Lines are only ever added, in the order of the calls. Does not block; any thread may call. */
public interface AuditTrail {
    /** Completes once the line is durable; fails if it may not be. */
    Future<Void> append(AuditLine line);
}
