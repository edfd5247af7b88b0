// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

/** What is remembered of one backend. Thread-safe. */
final class BackendState {
    final RetryBudget retries = new RetryBudget();
    final Credentials credentials;
    final Bulkhead bulkhead = new Bulkhead();
    /** What the last health checks said; true for a backend that is not asked. */
    volatile boolean healthy = true;

    BackendState(Credentials.Listener listener) {
        this.credentials = new Credentials(listener);
    }
}
