// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.azure;

import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.Endpoint;
import dev.headgate.call.Target;
import dev.headgate.upstream.Provider;
import dev.headgate.upstream.Transport;
import dev.headgate.upstream.openai.OpenAiProvider;
import io.vertx.core.http.HttpMethod;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Azure OpenAI, after its REST reference: the model is a deployment in the path, and the query names the API's version. Azure's
 * {@code /openai/v1} surface needs none of this: it is a backend of type openai.
 */
public final class AzureProvider implements Provider {
    @Override
    public Transport.Request encode(Call call, Target target) {
        Backend backend = target.backend();
        return new Transport.Request(
                backend,
                HttpMethod.valueOf(call.endpoint().method()),
                uri(call, target),
                OpenAiProvider.headers(call, call.attemptNow()),
                call.body().to(target),
                target.timeouts().connect());
    }

    static String uri(Call call, Target target) {
        Backend backend = target.backend();
        String prefix = OpenAiProvider.prefix(backend.baseUrl());
        String below = OpenAiProvider.pathBelowV1(call);
        boolean perDeployment =
                call.endpoint().kind() == Endpoint.Kind.METERED && call.endpoint() != Endpoint.RESPONSES;
        String path = perDeployment ? "/openai/deployments/" + deployment(call, target) + below : "/openai" + below;
        String version = "api-version=" + Objects.requireNonNull(backend.apiVersion());
        return prefix + path + "?" + (call.query() == null ? version : call.query() + "&" + version);
    }

    private static String deployment(Call call, Target target) {
        String id = target.id() != null
                ? target.id()
                : Objects.requireNonNull(call.body().model());
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
