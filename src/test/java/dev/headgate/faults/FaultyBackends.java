// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import dev.headgate.testkit.FakeUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * Backends that fail each in its own way, one that misbehaves on script, one that stands in for all of them, and one of another
 * tenant that has nothing to do with it.
 */
final class FaultyBackends implements AutoCloseable {
    private static final List<String> NAMES =
            List.of("broken", "flowing", "endless", "refused", "blackhole", "untrusted", "plain", "mute");

    /** Answers as a row's script says; its name in the configuration is {@code broken}. */
    final FakeUpstream scripted = FakeUpstream.start();

    final FakeUpstream spare = FakeUpstream.start();
    final FakeUpstream neighbour = FakeUpstream.start();
    private final FakeUpstream untrusted = FakeUpstream.startTls();
    private final ServerSocket silent;
    private final ServerSocket full;
    private final List<Socket> queue = new ArrayList<>();
    private final int closed;

    FaultyBackends() throws IOException {
        silent = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
        full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        fill();
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
    }

    /** Until the kernel drops what asks for a connection: then this port is as good as a black hole. */
    private void fill() throws IOException {
        for (int i = 0; i < 100; i++) {
            var socket = new Socket();
            queue.add(socket);
            try {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), full.getLocalPort()), 200);
            } catch (SocketTimeoutException dropped) {
                return;
            }
        }
        throw new IOException("a full listen queue still takes connections");
    }

    /**
     * Backends, and for each {@code B} the routes {@code B-alone} and {@code B-rescued}, which may fall back on the spare one. All
     * times are short, and no breaker opens.
     */
    String yaml() {
        var models = new StringBuilder("  spare: { backend: spare }\n  neighbour: { backend: neighbour }\n");
        var routes = new StringBuilder("  neighbour: { stable: neighbour }\n");
        for (String name : NAMES) {
            models.append("  %s: { backend: %s }\n".formatted(name, name));
            routes.append("  %s-alone: { stable: %s, retry: { attempts: 1 } }\n".formatted(name, name));
            routes.append("  %s-rescued: { stable: %s, fallback: [spare] }\n".formatted(name, name));
        }
        return "version: 1\nbackends:\n" + backends() + "models:\n" + models + "routes:\n" + routes;
    }

    private String backends() {
        return backend(
                        "broken",
                        scripted.baseUrl().toString(),
                        "connect: 300ms, firstByte: 250ms, firstToken: 400ms, total: 500ms")
                + backend("flowing", scripted.baseUrl().toString(), "idle: 400ms")
                + backend("endless", scripted.baseUrl().toString(), "total: 600ms")
                + backend("refused", "http://127.0.0.1:%d/v1".formatted(closed), "connect: 5s")
                + backend("blackhole", "http://127.0.0.1:%d/v1".formatted(full.getLocalPort()), "connect: 200ms")
                + backend("untrusted", untrusted.baseUrl().toString(), "connect: 5s")
                + backend("plain", "https://127.0.0.1:%d/v1".formatted(scripted.port()), "connect: 5s")
                + backend("mute", "https://127.0.0.1:%d/v1".formatted(silent.getLocalPort()), "connect: 200ms")
                + backend("spare", spare.baseUrl().toString(), "connect: 5s")
                + backend("neighbour", neighbour.baseUrl().toString(), "connect: 5s");
    }

    private static String backend(String name, String url, String timeouts) {
        return """
                  %s:
                    baseUrl: "%s"
                    auth: none
                    breaker: { minimumCalls: 100000 }
                    timeouts: { %s }
                """.formatted(name, url, timeouts);
    }

    /** Waits until no backend is asked any more. */
    void awaitLeft() {
        for (FakeUpstream one : List.of(scripted, spare, neighbour, untrusted)) {
            one.awaitRequestClosed(one.requests().size());
        }
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : queue) {
            socket.close();
        }
        silent.close();
        full.close();
        scripted.close();
        spare.close();
        neighbour.close();
        untrusted.close();
    }
}
