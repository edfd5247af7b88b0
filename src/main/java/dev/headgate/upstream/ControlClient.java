// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Backend;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Small requests outside the path of calls, such as health checks and webhooks: whole bodies, no redirects, never a connection left over. */
@FunctionalInterface
public interface ControlClient {
    /** The most of an answer's body that is kept. */
    int MAX_BODY = 64 * 1024;

    /** Sends a request; fails if there is no complete answer within its deadline. */
    Future<Answer> send(Request request);

    /**
     * Where a request goes.
     *
     * @param base scheme, host and port count
     * @param ca PEM of the authorities that are trusted in place of the system's
     * @param proxy through which it is reached
     * @param connect how long connecting may take
     */
    record Destination(
            URI base, @Nullable String ca, @Nullable URI proxy, Duration connect) {
        /** A backend that has an address, as its calls reach it. */
        static Destination of(Backend backend) {
            return new Destination(
                    Objects.requireNonNull(backend.baseUrl()),
                    backend.ca(),
                    backend.proxy(),
                    backend.guards().timeouts().connect());
        }
    }

    /**
     * A request.
     *
     * @param uri path and query, as they go on the wire
     * @param body empty for a GET
     * @param deadline for everything together, from the name lookup to the answer's last byte
     */
    record Request(Destination to, HttpMethod method, String uri, MultiMap headers, Buffer body, Duration deadline) {}

    /**
     * A complete answer, whatever its status.
     *
     * @param body at most the first {@link #MAX_BODY} bytes; what came after them was read and dropped
     */
    record Answer(int status, MultiMap headers, Buffer body) {}
}
