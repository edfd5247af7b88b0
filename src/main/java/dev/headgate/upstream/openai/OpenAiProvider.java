// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.openai;

import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.Endpoint;
import dev.headgate.call.Target;
import dev.headgate.call.Try;
import dev.headgate.upstream.Provider;
import dev.headgate.upstream.Transport;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The OpenAI API and everything compatible with it: same paths below the base URL, a credential in one header. */
public final class OpenAiProvider implements Provider {
    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");

    @Override
    public Transport.Request encode(Call call, Target target) {
        Backend backend = target.backend();
        return new Transport.Request(
                backend,
                HttpMethod.valueOf(call.endpoint().method()),
                withQuery(prefix(backend.baseUrl()) + pathBelowV1(call), call.query()),
                headers(call, call.attemptNow()),
                call.body().to(target),
                target.timeouts().connect());
    }

    /** The endpoint's path without {@code /v1}, its parameters filled in. */
    public static String pathBelowV1(Call call) {
        String path = call.endpoint().path().substring("/v1".length());
        if (call.pathParams().isEmpty()) {
            return path;
        }
        Matcher matcher = PARAMETER.matcher(path);
        return matcher.replaceAll(
                found -> Matcher.quoteReplacement(call.pathParams().getOrDefault(found.group(1), "")));
    }

    /** The path prefix of a base URL, without a slash at its end. */
    public static String prefix(@Nullable URI baseUrl) {
        String path = baseUrl == null || baseUrl.getRawPath() == null ? "" : baseUrl.getRawPath();
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    public static String withQuery(String path, @Nullable String query) {
        return query == null || query.isEmpty() ? path : path + "?" + query;
    }

    /** The client's headers (cleaned by the HTTP layer already), the backend's own, and the credential, which wins over both. */
    public static MultiMap headers(Call call, Try attempt) {
        Backend backend = attempt.target().backend();
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().addAll(call.headers());
        if (call.endpoint().kind() == Endpoint.Kind.METERED) {
            // Usage and terminal events have to be seen, which compressed bytes would hide.
            headers.set("accept-encoding", "identity");
        }
        addOwnHeaders(backend, attempt.credential(), headers);
        return headers;
    }

    /**
     * The backend's static headers and its credential, which wins over them.
     *
     * @param key index into the backend's keys; ignored where it has none
     */
    public static void addOwnHeaders(Backend backend, int key, MultiMap headers) {
        backend.headers().forEach(headers::set);
        if (!backend.keys().isEmpty()) {
            String secret = backend.keys().get(key).reveal();
            switch (backend.auth()) {
                case Backend.Auth.Bearer bearer -> headers.set("authorization", "Bearer " + secret);
                case Backend.Auth.Header(String name) -> headers.set(name, secret);
                case Backend.Auth.None none -> {}
            }
        }
    }
}
