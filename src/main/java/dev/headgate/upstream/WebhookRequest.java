// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/** How a webhook is called: a POST of JSON straight to its URL, with the system's authorities. */
public final class WebhookRequest {
    private WebhookRequest() {}

    /** The status that the receiver answers with. */
    public static Future<Integer> post(
            ControlClient client, URI url, Map<String, String> headers, String json, Duration deadline) {
        return client.send(of(url, headers, json, deadline)).map(ControlClient.Answer::status);
    }

    static ControlClient.Request of(URI url, Map<String, String> headers, String json, Duration deadline) {
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return new ControlClient.Request(
                new ControlClient.Destination(url, null, null, deadline),
                HttpMethod.POST,
                url.getRawQuery() == null ? path : path + '?' + url.getRawQuery(),
                MultiMap.caseInsensitiveMultiMap()
                        .addAll(headers)
                        .add(HttpHeaders.CONTENT_TYPE, HttpHeaders.createOptimized("application/json")),
                Buffer.buffer(json),
                deadline);
    }
}
