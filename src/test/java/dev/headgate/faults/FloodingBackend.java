// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A backend whose answers have no end, written as fast as they are taken. It blocks where its client does not read, so that nothing
 * of what it has to send is on the heap.
 */
final class FloodingBackend implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final byte[] head;
    private final byte[] piece;

    /** @param piece what is sent over and over, in a chunk of its own */
    FloodingBackend(String contentType, String piece) throws IOException {
        this.head = bytes(
                "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n".formatted(contentType));
        this.piece = bytes(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
        Thread.ofVirtual().start(this::accept);
    }

    String baseUrl() {
        return "http://127.0.0.1:%d/v1".formatted(listener.getLocalPort());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> flood(client));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void flood(Socket client) {
        try (client) {
            if (client.getInputStream().read(new byte[16 * 1024]) < 0) {
                return;
            }
            OutputStream out = client.getOutputStream();
            out.write(head);
            while (true) {
                out.write(piece);
            }
        } catch (IOException gone) {
            // The gateway has heard enough.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
