// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Clients without a valid key that each announce 20 MB and send them slowly, again and again whenever they are cut off. */
final class Strangers implements AutoCloseable {
    private static final int BODY = 20 * 1024 * 1024;
    private static final int PIECE = 16 * 1024;

    private final int port;
    private final LongAdder requests = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private volatile boolean stopped;

    Strangers(int port, int count) {
        this.port = port;
        for (int i = 0; i < count; i++) {
            // Half of them with a key that looks right, half without any.
            String credential = i % 2 == 0 ? "" : "Authorization: Bearer hg_" + "0".repeat(38) + "\r\n";
            Thread.ofVirtual().start(() -> loop(credential));
        }
    }

    long requests() {
        return requests.sum();
    }

    double megabytes() {
        return bytes.sum() / (1024.0 * 1024.0);
    }

    private void loop(String credential) {
        byte[] head = ("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n" + credential
                        + "Content-Type: application/json\r\nContent-Length: " + BODY + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        while (!stopped) {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                requests.increment();
                send(socket.getOutputStream(), head);
            } catch (IOException cutOff) {
                pause();
            }
        }
    }

    private void send(OutputStream out, byte[] head) throws IOException {
        byte[] piece = new byte[PIECE];
        out.write(head);
        for (int sent = 0; sent < BODY && !stopped; sent += PIECE) {
            out.write(piece);
            bytes.add(PIECE);
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stopped = true;
    }
}
