// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/** The way to a Redis: it can be made slow, and tells what was asked over it. Thread-safe. */
final class RedisLine implements AutoCloseable {
    private final ServerSocket listener;
    private final int redis;
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private volatile Duration delay = Duration.ZERO;

    /** @param redis the port on the loopback interface that it leads to */
    RedisLine(int redis) {
        this.redis = redis;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "redis://127.0.0.1:" + listener.getLocalPort();
    }

    /** How much later than Redis says it every piece of an answer arrives. */
    void slow(Duration by) {
        delay = by;
    }

    /** How often something of a tenant was asked for so far. */
    int asked(String tenant) {
        return String.join("", asked).split("hg:\\{" + tenant + "}:r:", -1).length - 1;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> carry(client));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void carry(Socket client) {
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), redis)) {
            Thread.ofVirtual().start(() -> answer(server, client));
            byte[] piece = new byte[64 * 1024];
            InputStream in = client.getInputStream();
            OutputStream out = server.getOutputStream();
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                asked.add(new String(piece, 0, n, StandardCharsets.ISO_8859_1));
                out.write(piece, 0, n);
            }
        } catch (IOException broken) {
            // Both ends see it.
        }
    }

    private void answer(Socket server, Socket client) {
        byte[] piece = new byte[64 * 1024];
        try (server;
                client) {
            InputStream in = server.getInputStream();
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                LockSupport.parkNanos(delay.toNanos());
                client.getOutputStream().write(piece, 0, n);
            }
        } catch (IOException broken) {
            // Both ends see it.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
