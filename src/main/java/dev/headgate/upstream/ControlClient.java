// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Backend;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;

/** Small requests outside the path of calls, such as health checks: whole bodies, no redirects, never a connection left over. */
@FunctionalInterface
public interface ControlClient {
    /** The most of an answer's body that is kept. */
    int MAX_BODY = 64 * 1024;

    /** Sends a request; fails if there is no complete answer within its deadline. */
    Future<Answer> send(Request request);

    /**
     * A request to a backend.
     *
     * @param backend says where it is, whom it trusts, through which proxy it is reached and how long connecting may take
     * @param uri path and query, as they go on the wire
     * @param body empty for a GET
     * @param deadline for everything together, from the name lookup to the answer's last byte
     */
    record Request(Backend backend, HttpMethod method, String uri, MultiMap headers, Buffer body, Duration deadline) {}

    /**
     * A complete answer, whatever its status.
     *
     * @param body at most the first {@link #MAX_BODY} bytes; what came after them was read and dropped
     */
    record Answer(int status, MultiMap headers, Buffer body) {}
}
