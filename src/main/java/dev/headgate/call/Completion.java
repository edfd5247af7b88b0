// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import org.jspecify.annotations.Nullable;

/**
 * How a reply ended and what was seen of it.
 *
 * @param usage as the backend reported it, or null if it reported none
 * @param reported what else the backend said of the cost
 * @param finishReason the first choice's finish reason, or null
 * @param bytes body bytes handed to the client
 * @param firstTokenNanos {@link System#nanoTime} of the first content, tool-call or reasoning event; 0 if there was none
 */
public record Completion(
        Ending ending,
        @Nullable Usage usage,
        Reported reported,
        @Nullable String finishReason,
        long bytes,
        long firstTokenNanos) {

    /** Of an answer that says nothing of its cost besides tokens. */
    public Completion(
            Ending ending, @Nullable Usage usage, @Nullable String finishReason, long bytes, long firstTokenNanos) {
        this(ending, usage, Reported.NOTHING, finishReason, bytes, firstTokenNanos);
    }
}
