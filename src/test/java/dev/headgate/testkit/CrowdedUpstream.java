// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * A model server with so many workers, each of which takes the same time for a call; further calls wait in a queue, however long
 * it is. It has a Vert.x of its own with one event loop, to which everything is confined.
 */
public final class CrowdedUpstream implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final ArrayDeque<HttpServerResponse> queue = new ArrayDeque<>();
    private final long serviceMillis;
    private final int port;
    private volatile int workers;
    private int busy;

    private CrowdedUpstream(int workers, Duration service) {
        this.workers = workers;
        this.serviceMillis = service.toMillis();
        this.port = GatewayFixture.await(vertx.createHttpServer(
                                new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                        .requestHandler(request -> {
                            queue.add(request.response());
                            work();
                        })
                        .listen())
                .actualPort();
    }

    public static CrowdedUpstream start(int workers, Duration service) {
        return new CrowdedUpstream(workers, service);
    }

    /** For example {@code http://127.0.0.1:40123/v1}. */
    public URI baseUrl() {
        return URI.create("http://127.0.0.1:" + port + "/v1");
    }

    /** How many calls are served at once from now on; what is being served is finished. */
    public void workers(int count) {
        workers = count;
    }

    private void work() {
        while (busy < workers && !queue.isEmpty()) {
            HttpServerResponse response = queue.remove();
            busy++;
            vertx.timer(serviceMillis, TimeUnit.MILLISECONDS).onComplete(done -> {
                busy--;
                answer(response);
                work();
            });
        }
    }

    private static void answer(HttpServerResponse response) {
        if (!response.closed()) {
            response.putHeader("content-type", "application/json").end("{\"object\":\"list\",\"data\":[]}");
        }
    }

    @Override
    public void close() {
        GatewayFixture.await(vertx.close());
    }
}
