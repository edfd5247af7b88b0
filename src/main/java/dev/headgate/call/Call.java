// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import io.vertx.core.MultiMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One client request after authentication, immutable. Everything of a call happens on one event loop.
 *
 * @param id made by Headgate; the identity of the call in every store
 * @param pathParams the values of the endpoint's path template
 * @param query the raw query string without its question mark, or null
 * @param headers the client's, without those that no backend may see
 * @param clientAddress the client's IP address as far as it is known: behind trusted proxies, what they say
 * @param routeHint the route that the client names in {@code x-headgate-route} where nothing else says which backend is meant, or null
 * @param backendPin the only backend that may answer, because it keeps what the call refers to, or null
 * @param barred the names of models that may not answer, because nobody knows what that would cost
 * @param attempt what this try is to do; set in the attempt chain only
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
        String clientAddress,
        @Nullable String routeHint,
        @Nullable String backendPin,
        Set<String> barred,
        @Nullable Try attempt) {

    /** A call that every model may answer. */
    public Call(
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
            String clientAddress,
            @Nullable String routeHint,
            @Nullable String backendPin,
            @Nullable Try attempt) {
        this(
                id,
                principal,
                endpoint,
                pathParams,
                query,
                headers,
                body,
                record,
                cancellation,
                timing,
                clientAddress,
                routeHint,
                backendPin,
                Set.of(),
                attempt);
    }

    /** A first try at a target, with the backend's first key. */
    public Call withTarget(Target chosen) {
        return withTry(Try.first(chosen));
    }

    public Call withTry(Try chosen) {
        return with(query, headers, backendPin, barred, chosen);
    }

    public Call withHeaders(MultiMap changed) {
        return with(query, changed, backendPin, barred, attempt);
    }

    public Call withQuery(String changed) {
        return with(changed, headers, backendPin, barred, attempt);
    }

    public Call pinnedTo(String backend) {
        return with(query, headers, backend, barred, attempt);
    }

    /** The same for all models but these. */
    public Call without(Set<String> models) {
        return models.isEmpty() ? this : with(query, headers, backendPin, Set.copyOf(models), attempt);
    }

    private Call with(
            @Nullable String newQuery,
            MultiMap newHeaders,
            @Nullable String newPin,
            Set<String> newBarred,
            @Nullable Try newAttempt) {
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
                clientAddress,
                routeHint,
                newPin,
                newBarred,
                newAttempt);
    }

    /** The target of this attempt. */
    public Target attemptTarget() {
        return attemptNow().target();
    }

    /** What this try is to do. */
    public Try attemptNow() {
        if (attempt == null) {
            throw new IllegalStateException("no target was chosen yet: this belongs into the attempt chain");
        }
        return attempt;
    }
}
