// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import io.vertx.core.Future;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/** Posts JSON to a receiver, following no redirect. */
@FunctionalInterface
public interface HookPost {
    /**
     * The status of the complete answer; fails if there is none within the deadline.
     *
     * @param headers besides those of the body
     */
    Future<Integer> post(URI url, Map<String, String> headers, String json, Duration deadline);
}
