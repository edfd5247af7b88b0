// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

/** Told what protects backends and the process, as it happens. Thread-safe: called from any event loop; must be quick and not throw. */
public interface GuardListener {
    /** Hears nothing. */
    GuardListener NONE = new GuardListener() {};

    /**
     * A breaker changed its state.
     *
     * @param model a name from the configuration, or {@code *}
     */
    default void breaker(String backend, String model, BreakerPhase phase) {}

    /**
     * A credential was put aside.
     *
     * @param key its place in {@code apiKeys}, from 0
     * @param status what the backend answered
     */
    default void credentialParked(String backend, int key, int status) {}

    /** A retry was not made because the backend's retry budget was spent. */
    default void retryRefused(String backend) {}

    /** A health check changed its mind. */
    default void health(String backend, boolean healthy) {}

    /** A call was refused because the process had too much to do. */
    default void shed(Priority priority) {}

    /** How far a breaker is. */
    enum BreakerPhase {
        /** Calls pass. */
        CLOSED,
        /** A growing share of the calls passes. */
        RAMP_UP,
        /** One call probes the backend. */
        HALF_OPEN,
        /** No call passes. */
        OPEN
    }
}
