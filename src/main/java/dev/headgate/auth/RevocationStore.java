// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;

/** Where revocations outlive a process. They are only ever added. No method blocks; any thread may call. */
public interface RevocationStore {
    /**
     * Keeps those of which the digest is not kept yet; the first revocation of a digest stays as it is.
     *
     * @return completes once they are as durable as the store makes things; fails if some may not be kept
     */
    Future<Void> add(Collection<Revocation> revocations);

    /** All that are kept, in no order. Fails if they cannot be read, and never leaves some out for that. */
    Future<List<Revocation>> all();

    /** Gives up files and threads. Idempotent. */
    Future<Void> close();
}
