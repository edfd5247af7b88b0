// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.Timeouts;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Words for how long things may take. What they do not say, a wider level of the file says: route, model, backend, defaults. */
sealed interface TimeoutWords {
    @Nullable
    Duration connect();

    @Nullable
    Duration firstByte();

    @Nullable
    Duration firstToken();

    @Nullable
    Duration idle();

    /** The bound of one try; null where {@code total:} is the deadline of the whole call. */
    default @Nullable Duration total() {
        return null;
    }

    /** These words, and the wider ones where these say nothing. */
    default Timeouts over(Timeouts wider) {
        return new Timeouts(
                or(connect(), wider.connect()),
                or(firstByte(), wider.firstByte()),
                or(firstToken(), wider.firstToken()),
                or(idle(), wider.idle()),
                total() == null ? wider.total() : total());
    }

    private static Duration or(@Nullable Duration own, Duration wider) {
        return own == null ? wider : own;
    }

    /** Of {@code defaults:}. */
    record OfDefaults(
            @Word(value = "Opening a connection, with the wait for a free one.", preset = "2s", min = 1)
            Duration connect,

            @Word(value = "Streams: from the request's last byte to the answer's head.", preset = "60s", min = 1)
            Duration firstByte,

            @Word(
                    value = "Streams: from the start of a try to the first content, reasoning or tool call.",
                    preset = "60s",
                    min = 1)
            Duration firstToken,

            @Word(
                    value =
                            "Streams: between two pieces of an answer, not counting the time in which the client does not read.",
                    preset = "60s",
                    min = 1)
            Duration idle,

            @Word(value = "A call, over all its tries.", key = "total", preset = "10m", min = 1)
            Duration deadline)
            implements TimeoutWords {}

    /** Of a backend or a model. */
    record OfTry(
            @Word(value = "Opening a connection, with the wait for a free one.", min = 1) @Nullable
            Duration connect,

            @Word(value = "Streams: from the request's last byte to the answer's head.", min = 1) @Nullable
            Duration firstByte,

            @Word(value = "Streams: from the start of a try to the first content, reasoning or tool call.", min = 1)
            @Nullable
            Duration firstToken,

            @Word(value = "Streams: between two pieces of an answer.", min = 1) @Nullable
            Duration idle,

            @Word(value = "One try, to its last byte; the call's own deadline holds too.", min = 1) @Nullable
            Duration total)
            implements TimeoutWords {}

    /** Of a route. */
    record OfRoute(
            @Word(value = "Opening a connection, with the wait for a free one.", min = 1) @Nullable
            Duration connect,

            @Word(value = "Streams: from the request's last byte to the answer's head.", min = 1) @Nullable
            Duration firstByte,

            @Word(value = "Streams: from the start of a try to the first content, reasoning or tool call.", min = 1)
            @Nullable
            Duration firstToken,

            @Word(value = "Streams: between two pieces of an answer.", min = 1) @Nullable
            Duration idle,

            @Word(
                    value = "A call, over all its tries.",
                    key = "total",
                    otherwise = "`defaults.timeouts.total`",
                    min = 1)
            @Nullable
            Duration deadline)
            implements TimeoutWords {}
}
