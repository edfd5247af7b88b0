// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxConnection;

/** Ends connections in a way that the library's own {@code close} does not have. */
final class Connections {
    /** More requests than one read from a socket can hold. */
    private static final int MAX_PIPELINED = 4096;

    private Connections() {}

    /**
     * Resets a connection now. An orderly close would wait until a client that reads nothing has taken what is queued, and to an
     * HTTP/1.0 client it would look like the end of a complete answer.
     */
    static void reset(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            base.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            var unused = base.channel().close();
        } else {
            connection.close();
        }
    }

    /** Sends what was written now, for a connection that the library is about to close. */
    static void flush(HttpConnection connection) {
        if (connection instanceof ConnectionBase open) {
            open.channel().flush();
        }
    }

    /**
     * Lets go of requests that were pipelined behind one that was running when their connection closed. The library keeps their
     * bodies otherwise, whose memory would never come back. Each turn takes one request's worth, and none costs nothing.
     */
    static void dropPipelined(HttpConnection connection) {
        if (connection instanceof VertxConnection open) {
            for (int i = 0; i < MAX_PIPELINED; i++) {
                open.doResume();
            }
        }
    }
}
