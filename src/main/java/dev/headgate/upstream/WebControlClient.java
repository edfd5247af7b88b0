// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Version;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A {@link WebClient} for each request. Trust belongs to the client and not to the request there, and once a head has arrived
 * closing the client is the only way to end what a peer still sends. Thread-safe.
 */
public final class WebControlClient implements ControlClient {
    private static final String AGENT = "headgate/" + Version.current();

    private final Vertx vertx;

    public WebControlClient(Vertx vertx) {
        this.vertx = vertx;
    }

    @Override
    public Future<Answer> send(Request request) {
        WebClient client = client(request.to());
        return answer(request(client, request), request)
                .timeout(request.deadline().toMillis(), TimeUnit.MILLISECONDS)
                .onComplete(done -> client.close());
    }

    private WebClient client(Destination to) {
        WebClientOptions options = options(to);
        return WebClient.wrap(
                vertx.httpClientBuilder()
                        .with(options)
                        // Whoever sent the request is told; Vert.x would add an ERROR line that does not say whose.
                        .withConnectHandler(connection -> connection.exceptionHandler(broken -> {}))
                        .build(),
                options);
    }

    private static Future<Answer> answer(HttpRequest<Buffer> out, Request request) {
        Future<HttpResponse<Buffer>> in = request.body().length() == 0 ? out.send() : out.sendBuffer(request.body());
        return in.map(got -> new Answer(got.statusCode(), got.headers(), Objects.requireNonNull(got.body())));
    }

    private static HttpRequest<Buffer> request(WebClient client, Request request) {
        URI base = request.to().base();
        boolean tls = isTls(base);
        HttpMethod method = request.method();
        return client.request(
                        method, base.getPort() >= 0 ? base.getPort() : tls ? 443 : 80, base.getHost(), request.uri())
                .ssl(tls)
                .connectTimeout(request.to().connect().toMillis())
                .putHeaders(request.headers())
                .as(() -> new FirstBytes(MAX_BODY));
    }

    private static WebClientOptions options(Destination to) {
        WebClientOptions options = new WebClientOptions()
                .setUserAgent(AGENT)
                .setMaxHeaderSize(32 * 1024)
                .setFollowRedirects(false)
                .setKeepAlive(false)
                .setVerifyHost(true)
                .setTrustAll(false);
        if (to.ca() != null) {
            options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(to.ca())));
        }
        URI proxy = to.proxy();
        if (proxy != null) {
            options.setProxyOptions(
                    new ProxyOptions().setHost(proxy.getHost()).setPort(proxy.getPort() < 0 ? 3128 : proxy.getPort()));
        }
        return options;
    }

    private static boolean isTls(URI base) {
        return "https".equals(base.getScheme());
    }
}
