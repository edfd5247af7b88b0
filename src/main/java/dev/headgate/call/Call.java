// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import io.vertx.core.MultiMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One client request after authentication, immutable. Everything of a call happens on one event loop.
 *
 * @param id made by Headgate; the identity of the call in every store
 * @param pathParams the values of the endpoint's path template
 * @param query the raw query string without its question mark, or null
 * @param headers the client's, without those that no backend may see
 * @param routeHint the route that the client names in {@code x-headgate-route} where nothing else says which backend is meant, or null
 * @param backendPin the only backend that may answer, because it keeps what the call refers to, or null
 * @param target set in the attempt chain only
 */
public record Call(
        String id,
        Principal principal,
        Endpoint endpoint,
        Map<String, String> pathParams,
        @Nullable String query,
        MultiMap headers,
        RequestBody body,
        CallRecord record,
        Cancellation cancellation,
        Timing timing,
        @Nullable String routeHint,
        @Nullable String backendPin,
        @Nullable Target target) {

    public Call withTarget(Target chosen) {
        return with(query, headers, backendPin, chosen);
    }

    public Call withHeaders(MultiMap changed) {
        return with(query, changed, backendPin, target);
    }

    public Call withQuery(String changed) {
        return with(changed, headers, backendPin, target);
    }

    public Call pinnedTo(String backend) {
        return with(query, headers, backend, target);
    }

    private Call with(
            @Nullable String newQuery, MultiMap newHeaders, @Nullable String newPin, @Nullable Target newTarget) {
        return new Call(
                id,
                principal,
                endpoint,
                pathParams,
                newQuery,
                newHeaders,
                body,
                record,
                cancellation,
                timing,
                routeHint,
                newPin,
                newTarget);
    }

    /** The target of this attempt. */
    public Target attemptTarget() {
        if (target == null) {
            throw new IllegalStateException("no target was chosen yet: this belongs into the attempt chain");
        }
        return target;
    }
}
