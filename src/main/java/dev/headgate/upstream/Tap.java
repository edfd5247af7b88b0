// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.GatewayError;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;

/** A body on its way from a backend to a client, which can be watched and broken off. Confined to the call's event loop. */
interface Tap extends ReadStream<Buffer> {
    /** Grows whenever the body moves: a piece came, or its reader wants more after a pause. */
    long moves();

    /** Whether its reader wants nothing now, so that silence is not the backend's. */
    boolean isPaused();

    /** Ends the body with this error; nothing comes after it. Does nothing once the body is over. */
    void cut(GatewayError why);
}
