// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

/** Carries a {@link GatewayError} through futures. It has no stack trace: an answer is not a bug. */
public final class CallFailure extends RuntimeException {
    private final transient GatewayError error;

    public CallFailure(GatewayError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    public GatewayError error() {
        return error;
    }
}
