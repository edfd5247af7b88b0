// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;

/** Every server option whose library default is unsafe for a gateway, set here and asserted by a test. */
public final class ServerDefaults {
    /** Bytes of a request line. */
    static final int MAX_REQUEST_LINE = 8 * 1024;

    /** Bytes of all headers together; clients with long tokens exceed the library's 8 KB. */
    static final int MAX_HEADERS = 32 * 1024;

    /** Bytes in the kernel for each connection: slow readers would otherwise pin megabytes each. */
    static final int SOCKET_BUFFER = 128 * 1024;

    /** Calls at once on one HTTP/2 connection. */
    static final int MAX_STREAMS = 100;

    private ServerDefaults() {}

    public static HttpServerOptions options() {
        return new HttpServerOptions()
                // Idle connections are closed by our own timer, which knows a waiting call from an idle connection.
                .setIdleTimeout(0)
                // A client that offers h2c keeps HTTP/1.1: one parser less that an attacker can reach in clear text.
                .setHttp2ClearTextEnabled(false)
                .setDecompressionSupported(false)
                .setCompressionSupported(false)
                .setHandle100ContinueAutomatically(false)
                // No WebSockets are spoken here; their handlers would sit in every connection and fail on deep
                // pipelines.
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setMaxHeaderSize(MAX_HEADERS)
                .setMaxInitialLineLength(MAX_REQUEST_LINE)
                .setInitialSettings(
                        new Http2Settings().setMaxConcurrentStreams(MAX_STREAMS).setMaxHeaderListSize(MAX_HEADERS))
                .setMaxChunkSize(64 * 1024)
                .setSendBufferSize(SOCKET_BUFFER)
                .setReceiveBufferSize(SOCKET_BUFFER)
                .setTcpNoDelay(true)
                .setReuseAddress(true);
    }
}
