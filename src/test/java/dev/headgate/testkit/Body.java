// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import io.vertx.core.buffer.Buffer;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Function;

/** An answer's body, made for one request. */
record Body(Kind kind, Function<Received, Content> made) {
    /** How a body is framed. */
    enum Kind {
        /** With a content-length. */
        WHOLE,
        /** In chunks, as pieces come. */
        STREAM,
        /** Not at all: its bytes are the whole answer. */
        RAW,
        /** As its content type says. */
        BY_TYPE
    }

    /** The pieces of a body, and the headers that go with them. */
    record Content(Map<String, String> headers, Iterator<Buffer> pieces) {
        boolean isStream() {
            return headers.getOrDefault("content-type", "").startsWith("text/event-stream");
        }
    }
}
