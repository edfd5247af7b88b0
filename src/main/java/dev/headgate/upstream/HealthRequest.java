// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Backend;
import dev.headgate.call.Guards.HealthRule;
import dev.headgate.upstream.openai.OpenAiProvider;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.Objects;

/** How a backend is asked whether it lives: a GET of its health path with its own headers and its first key. */
public final class HealthRequest {
    private HealthRequest() {}

    /** The status that a backend with a health rule answers with. */
    public static Future<Integer> ask(ControlClient client, Backend backend, Duration deadline) {
        return client.send(of(backend, deadline)).map(ControlClient.Answer::status);
    }

    static ControlClient.Request of(Backend backend, Duration deadline) {
        HealthRule rule = Objects.requireNonNull(backend.guards().health());
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        OpenAiProvider.addOwnHeaders(backend, 0, headers);
        return new ControlClient.Request(
                ControlClient.Destination.of(backend),
                HttpMethod.GET,
                withVersion(OpenAiProvider.prefix(backend.baseUrl()) + rule.path(), backend),
                headers,
                Buffer.buffer(),
                deadline);
    }

    private static String withVersion(String uri, Backend backend) {
        return backend.apiVersion() == null
                ? uri
                : uri + (uri.contains("?") ? "&" : "?") + "api-version=" + backend.apiVersion();
    }
}
