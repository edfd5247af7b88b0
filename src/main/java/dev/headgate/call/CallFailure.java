// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import org.jspecify.annotations.Nullable;

/** Carries a {@link GatewayError} through futures. It has no stack trace: an answer is not a bug. */
public final class CallFailure extends RuntimeException {
    private final transient GatewayError error;
    private final transient @Nullable UpstreamFault fault;

    public CallFailure(GatewayError error) {
        this(error, null);
    }

    /** @param fault what the backend itself said, or null if it said nothing */
    public CallFailure(GatewayError error, @Nullable UpstreamFault fault) {
        super(error.message(), null, false, false);
        this.error = error;
        this.fault = fault;
    }

    public GatewayError error() {
        return error;
    }

    /** What the backend itself said; null if no answer of its own is behind this. */
    public @Nullable UpstreamFault fault() {
        return fault;
    }
}
