// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is remembered of one model at one backend. Thread-safe.
 *
 * @param firstToken of streams
 * @param answer of calls that are answered in one piece
 */
record TargetState(Breaker breaker, Latency firstToken, Latency answer, AtomicInteger inFlight) {
    /** How long a call of this kind waits for something to read. */
    Latency latency(boolean stream) {
        return stream ? firstToken : answer;
    }
}
