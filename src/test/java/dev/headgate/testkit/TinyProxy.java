// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An egress proxy: carries CONNECT tunnels, and requests in absolute form to the host that they name. */
public final class TinyProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final List<String> requestLines = new CopyOnWriteArrayList<>();

    private TinyProxy(ServerSocket listener) {
        this.listener = listener;
        Thread.ofVirtual().start(this::accept);
    }

    public static TinyProxy start() throws IOException {
        return new TinyProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The first line of every connection so far. */
    public List<String> requestLines() {
        return List.copyOf(requestLines);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void serve(Socket client) {
        try (client) {
            String head = head(client.getInputStream());
            String line = head.substring(0, head.indexOf('\r'));
            requestLines.add(line);
            boolean tunnel = line.startsWith("CONNECT ");
            String target = line.substring(line.indexOf(' ') + 1, line.lastIndexOf(' '));
            String authority = tunnel ? target : URI.create(target).getAuthority();
            int colon = authority.lastIndexOf(':');
            try (var server =
                    new Socket(authority.substring(0, colon), Integer.parseInt(authority.substring(colon + 1)))) {
                if (tunnel) {
                    client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                } else {
                    server.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
                }
                Thread up = Thread.ofVirtual().start(() -> copy(client, server));
                copy(server, client);
                up.join();
            }
        } catch (IOException gone) {
            // One of both has left.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String head(InputStream in) throws IOException {
        var read = new StringBuilder();
        while (read.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no head");
            }
            read.append((char) next);
        }
        return read.toString();
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException gone) {
            // The other direction sees it too.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
