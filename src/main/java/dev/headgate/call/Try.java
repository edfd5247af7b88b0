// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

/**
 * What one try upstream is to do.
 *
 * @param credential index into the backend's keys; 0 also where it has none
 * @param lastResort whether the target is tried although its breaker is open or its health check fails, because all others are no better
 */
public record Try(Target target, int credential, Reason reason, boolean lastResort) {
    /** A first try with the first key. */
    public static Try first(Target target) {
        return new Try(target, 0, Reason.FIRST, false);
    }

    /** Why a try is made. */
    public enum Reason {
        /** The call's first. */
        FIRST,
        /** Another target, because the one before failed. */
        FAILOVER,
        /** The same target once more, after a pause. */
        RETRY,
        /** The same backend with its next key. */
        NEXT_KEY,
        /** A target with a larger window, because the prompt was too long for the one before. */
        CONTEXT_TOO_LONG,
        /** A target of {@code onContentFilter}, because the one before filtered the prompt. */
        CONTENT_FILTER
    }
}
