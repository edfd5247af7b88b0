// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * An OpenAI-compatible HTTP/1.1 server on a free port of 127.0.0.1 that misbehaves on script and records what it receives. It
 * compresses with gzip whenever the request allows it. It has a Vert.x of its own, so that it never shares an event loop with
 * what is tested. Thread-safe.
 */
public final class FakeUpstream implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final boolean tls;
    private final int port;
    private final Deque<Behaviour> script = new ArrayDeque<>();
    private final List<Received> received = new ArrayList<>();
    private final Map<HttpConnection, Integer> connections = new HashMap<>();
    private Behaviour otherwise = Behaviour.openAi();
    private int accepted;

    private FakeUpstream(boolean tls) {
        this.tls = tls;
        var options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(0)
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false)
                .setMaxHeaderSize(64 * 1024)
                .setHandle100ContinueAutomatically(true);
        if (tls) {
            options.setSsl(true).setKeyCertOptions(TestCertificate.get().keys());
        }
        var server = vertx.createHttpServer(options)
                .connectionHandler(this::opened)
                .requestHandler(this::handle)
                .listen();
        this.port = within(server::await).actualPort();
    }

    public static FakeUpstream start() {
        return new FakeUpstream(false);
    }

    /** With TLS and the certificate of {@link TestCertificate}. */
    public static FakeUpstream startTls() {
        return new FakeUpstream(true);
    }

    /** For example {@code http://127.0.0.1:40123/v1}. */
    public URI baseUrl() {
        return URI.create((tls ? "https" : "http") + "://127.0.0.1:" + port + "/v1");
    }

    public int port() {
        return port;
    }

    /** Answers the next requests in this order; after them come those of {@link #always}. */
    public synchronized FakeUpstream script(Behaviour... behaviours) {
        script.addAll(List.of(behaviours));
        return this;
    }

    public FakeUpstream next(Behaviour behaviour) {
        return script(behaviour);
    }

    /** Answers every request for which nothing is scripted; {@link Behaviour#openAi} until said otherwise. */
    public synchronized FakeUpstream always(Behaviour behaviour) {
        otherwise = behaviour;
        return this;
    }

    /** Every request so far, in order of arrival. */
    public synchronized List<Received> requests() {
        return List.copyOf(received);
    }

    public synchronized int openConnections() {
        return connections.size();
    }

    /** How many connections there ever were. */
    public synchronized int acceptedConnections() {
        return accepted;
    }

    public synchronized int openRequests() {
        return (int) received.stream().filter(request -> !request.isClosed()).count();
    }

    /** Waits until so many requests have arrived in all, with their heads at least; fails after ten seconds. */
    public List<Received> awaitRequests(int n) {
        await(n + " requests", () -> received.size() >= n);
        return requests();
    }

    /** Waits until so many requests are over: answered, cut, or left by their client. */
    public void awaitRequestClosed(int n) {
        await(n + " closed requests", () -> received.size() - openRequests() >= n);
    }

    /** Waits until no more than so many connections are open. */
    public void awaitConnections(int atMost) {
        await("at most " + atMost + " connections", () -> connections.size() <= atMost);
    }

    @Override
    public void close() {
        within(vertx.close()::await);
    }

    private synchronized void opened(HttpConnection connection) {
        connections.put(connection, ++accepted);
        connection.closeHandler(closed -> closed(connection));
        notifyAll();
    }

    private synchronized void closed(HttpConnection connection) {
        var id = connections.remove(connection);
        received.stream()
                .filter(request -> id != null && request.connection() == id)
                .forEach(Received::disconnected);
        notifyAll();
    }

    private void handle(HttpServerRequest request) {
        Received arrival;
        Behaviour behaviour;
        synchronized (this) {
            arrival = new Received(connections.getOrDefault(request.connection(), 0), request);
            received.add(arrival);
            behaviour = script.isEmpty() ? otherwise : script.remove();
            notifyAll();
        }
        var playback = new Playback(vertx, behaviour, arrival, request, () -> change(arrival::answered));
        request.handler(arrival::append);
        request.endHandler(end -> {
            change(arrival::uploaded);
            if (!behaviour.head().early()) {
                playback.start();
            }
        });
        request.exceptionHandler(broken -> change(arrival::disconnected));
        if (behaviour.head().early()) {
            playback.start();
        }
    }

    private synchronized void change(Runnable change) {
        change.run();
        notifyAll();
    }

    private synchronized void await(String what, BooleanSupplier reached) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!reached.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("waited in vain for " + what + "; there are " + received);
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for " + what, e);
            }
        }
    }

    private interface Waiting<T> {
        T await(long time, TimeUnit unit) throws TimeoutException;
    }

    private static <T> T within(Waiting<T> waiting) {
        try {
            return waiting.await(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("not done within " + DEADLINE, e);
        }
    }
}
