// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

/** A store did not do what it was asked, or did not say so in time. Has no stack trace: it tells of another process. */
public final class StoreException extends Exception {
    /** What happened, as far as it can be told. */
    public enum Cause {
        /** No answer in time; whether it was done is unknown. */
        TIMEOUT,
        /** No connection; whether it was done is unknown if it broke just now. */
        DISCONNECTED,
        /** The store takes no writes: a replica, or no memory left. Nothing was done. */
        REFUSES_WRITES,
        /** Anything else. */
        FAILED
    }

    private final Cause cause;

    public StoreException(Cause cause, String message) {
        super(message, null, false, false);
        this.cause = cause;
    }

    public Cause reason() {
        return cause;
    }
}
