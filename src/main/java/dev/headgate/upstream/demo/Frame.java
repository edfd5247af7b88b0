// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.stream.Stream;

/**
 * A piece of an answer's body.
 *
 * @param due nanoseconds after the head before which the piece is not sent
 */
record Frame(long due, Buffer bytes) {
    /** One after the other, each piece made only when it is asked for, which {@code flatMap} would not do. */
    static Stream<Frame> concat(List<Stream<Frame>> parts) {
        return parts.stream().reduce(Stream.empty(), Stream::concat);
    }
}
