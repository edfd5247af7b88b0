// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long one try may take, by phase. {@code firstByte}, {@code firstToken} and {@code idle} hold for streams only: an answer in
 * one piece comes when the model is done.
 *
 * @param connect name lookup, TCP, TLS and the wait for a free connection together
 * @param firstByte from the request's last byte to the answer's head
 * @param firstToken from the start of the try to the first content, reasoning or tool call
 * @param idle between two pieces of a stream, not counting the time in which the client does not read
 * @param total from the start of the try to its last byte; null if only the call's own deadline bounds it
 */
public record Timeouts(
        Duration connect,
        Duration firstByte,
        Duration firstToken,
        Duration idle,
        @Nullable Duration total) {
    public static final Timeouts DEFAULT = new Timeouts(
            Duration.ofSeconds(2), Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofSeconds(60), null);
}
