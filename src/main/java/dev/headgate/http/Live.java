// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.Endpoint;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Principal;
import dev.headgate.pipeline.Stage;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one snapshot means on one event loop. A call keeps the one that it started with.
 *
 * @param open whether callers need no key, so that only this machine is served
 * @param chains the pipeline for every kind of endpoint
 */
public record Live(String revision, boolean open, KeyCheck keys, Map<Endpoint.Kind, Stage.Next> chains) {

    /** Tells who is calling from the head of a request alone. */
    @FunctionalInterface
    public interface KeyCheck {
        /** The caller, or why there is none. */
        Checked check(@Nullable String authorization, @Nullable String apiKey);
    }

    /** Either a principal or an error, never both. */
    public record Checked(
            @Nullable Principal principal, @Nullable GatewayError error) {}
}
