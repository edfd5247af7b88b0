// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Backend;
import dev.headgate.call.CallFailure;
import dev.headgate.call.Cancellation;
import dev.headgate.call.RequestBody.Outgoing;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ProxyOptions;
import java.net.URI;
import java.util.Objects;

/**
 * Requests over one long-lived HTTP client per event loop; backends differ by request options only, so that a reload never
 * rebuilds a client. HTTP/1.1 towards backends: one connection carries one stream, and a reset costs nobody else.
 */
public final class HttpTransport implements Transport {
    /** A stream holds its connection for minutes, so the pool has to be as large as the load. */
    static final int MAX_CONNECTIONS_PER_BACKEND = 10_000;

    static final int MAX_WAITING_PER_BACKEND = 100;
    private static final int KEEP_ALIVE_SECONDS = 30;

    /** Every request brings its own, shorter timeout; this one ends what goes on behind a request that has given up. */
    static final int MAX_CONNECT_MILLIS = 30_000;

    private final HttpClient client;

    public HttpTransport(Vertx vertx) {
        this.client = vertx.httpClientBuilder()
                .with(clientOptions())
                .with(poolOptions())
                // The call's own line tells of it; Vert.x would add an ERROR line that names neither call nor backend.
                .withConnectHandler(connection -> connection.exceptionHandler(broken -> {}))
                .build();
    }

    static HttpClientOptions clientOptions() {
        return new HttpClientOptions()
                .setConnectTimeout(MAX_CONNECT_MILLIS)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setMaxRedirects(0)
                .setDecompressionSupported(false)
                .setVerifyHost(true)
                .setTrustAll(false)
                .setTcpNoDelay(true)
                .setReceiveBufferSize(-1)
                .setMaxHeaderSize(32 * 1024);
    }

    static PoolOptions poolOptions() {
        return new PoolOptions()
                .setHttp1MaxSize(MAX_CONNECTIONS_PER_BACKEND)
                .setMaxWaitQueueSize(MAX_WAITING_PER_BACKEND);
    }

    @Override
    public Future<Response> send(Request request, Cancellation cancellation) {
        return send(request, cancellation, () -> {});
    }

    @Override
    public Future<Response> send(Request request, Cancellation cancellation, Runnable sent) {
        Promise<Response> head = Promise.promise();
        Runnable forget = cancellation.onCancel(
                () -> head.tryFail(Transport.reason(cancellation).asFailure()));
        client.request(options(request)).onComplete(connected -> {
            if (connected.failed()) {
                head.tryFail(Breakage.unreachable(request.backend(), request.connectTimeout(), connected.cause()));
            } else if (head.future().isComplete()) {
                letGo(connected.result());
            } else {
                exchange(request, connected.result(), head, sent);
            }
        });
        return head.future().onComplete(done -> forget.run());
    }

    /** The call ended while it was connecting. */
    private static void letGo(HttpClientRequest unwanted) {
        unwanted.exceptionHandler(told -> {});
        unwanted.reset();
    }

    private static void exchange(Request request, HttpClientRequest out, Promise<Response> head, Runnable sent) {
        // Whoever fails the head first, a cancellation for example, stops the request.
        head.future().onFailure(failed -> out.reset());
        // A failure is told through the futures; without handlers of ours the library would write ERROR lines of its
        // own.
        out.exceptionHandler(told -> {});
        out.response().onComplete(result -> {
            if (result.failed()) {
                head.tryFail(Breakage.beforeHead(request.backend(), result.cause()));
                return;
            }
            HttpClientResponse in = result.result();
            in.exceptionHandler(told -> {});
            if (in.statusCode() < 200) {
                // The library takes an interim answer that it does not know for the answer; what follows would be
                // nobody's.
                head.tryFail(Breakage.interim(request.backend(), in.statusCode()));
                return;
            }
            in.pause();
            head.tryComplete(new HttpResponse(out, in));
        });
        write(request, out, head, sent);
    }

    private static void write(Request request, HttpClientRequest out, Promise<Response> head, Runnable sent) {
        switch (request.body()) {
            case Outgoing.Whole whole -> {
                if (whole.length() > 0) {
                    out.putHeader("content-length", Long.toString(whole.length()));
                    // Every part but the last waits in the channel's buffer, so the whole body leaves with few system
                    // calls.
                    for (Buffer part : whole.parts().subList(0, whole.parts().size() - 1)) {
                        out.write(part);
                    }
                    out.end(whole.parts().getLast()).onSuccess(written -> sent.run());
                } else {
                    out.end().onSuccess(written -> sent.run());
                }
            }
            case Outgoing.Streamed streamed -> {
                if (streamed.length() >= 0) {
                    out.putHeader("content-length", Long.toString(streamed.length()));
                } else {
                    out.setChunked(true);
                }
                // A broken upload must never look complete to the backend: no clean end on failure, a reset instead.
                Future<Void> written =
                        streamed.stream().pipe().endOnFailure(false).to(out);
                written.onSuccess(all -> sent.run()).onFailure(cause -> {
                    if (cause instanceof CallFailure) {
                        head.tryFail(cause);
                    }
                    out.reset();
                });
            }
        }
    }

    private static RequestOptions options(Request request) {
        Backend backend = request.backend();
        URI base = Objects.requireNonNull(backend.baseUrl());
        boolean tls = "https".equals(base.getScheme());
        RequestOptions options = new RequestOptions()
                .setMethod(request.method())
                .setHost(base.getHost())
                .setPort(base.getPort() >= 0 ? base.getPort() : tls ? 443 : 80)
                .setSsl(tls)
                .setURI(request.uri())
                .setHeaders(request.headers())
                .setFollowRedirects(false)
                .setConnectTimeout(request.connectTimeout().toMillis());
        if (tls) {
            ClientSSLOptions ssl = new ClientSSLOptions().setHostnameVerificationAlgorithm("HTTPS");
            if (backend.ca() != null) {
                ssl.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(backend.ca())));
            }
            options.setSslOptions(ssl);
        }
        URI proxy = backend.proxy();
        if (proxy != null) {
            options.setProxyOptions(
                    new ProxyOptions().setHost(proxy.getHost()).setPort(proxy.getPort() < 0 ? 3128 : proxy.getPort()));
        }
        return options;
    }

    /** The head of an answer on a client connection. */
    private static final class HttpResponse implements Response {
        private final HttpClientRequest out;
        private final HttpClientResponse in;

        private HttpResponse(HttpClientRequest out, HttpClientResponse in) {
            this.out = out;
            this.in = in;
        }

        @Override
        public int status() {
            return in.statusCode();
        }

        @Override
        public io.vertx.core.MultiMap headers() {
            return in.headers();
        }

        @Override
        public HttpClientResponse body() {
            return in;
        }

        @Override
        public void reset() {
            // What waits behind a pause would be kept by the library for ever: it is let out first, to whoever no
            // longer listens.
            in.resume();
            out.reset();
        }
    }
}
