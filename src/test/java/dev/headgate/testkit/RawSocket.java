// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A client that sees and says every byte; text is ISO-8859-1, one character for each byte. Reads fail after ten seconds. */
public final class RawSocket implements AutoCloseable {
    private final Socket socket;

    private RawSocket(Socket socket) {
        this.socket = socket;
    }

    /** Connects to a port of this machine. */
    public static RawSocket open(int port) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        return new RawSocket(socket);
    }

    /** Connects with a receive buffer of a few kilobytes, for clients that read slowly. */
    public static RawSocket openNarrow(int port) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(10_000);
        return new RawSocket(socket);
    }

    /** The text of a JSON request below {@code /v1} to a gateway without keys. */
    public static String post(String path, String body) {
        return "POST /v1" + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.ISO_8859_1).length + "\r\n\r\n" + body;
    }

    public void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Everything up to and including the given text. */
    public String readUntil(String end) throws IOException {
        var read = new StringBuilder();
        while (read.indexOf(end) < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("the connection ended before \"" + end + "\" came: " + read);
            }
            read.append((char) next);
        }
        return read.toString();
    }

    /** One answer: its head, and its body by content-length or to the last chunk (with the chunks' frames). */
    public String readAnswer() throws IOException {
        String head = readUntil("\r\n\r\n");
        String lower = head.toLowerCase(Locale.ROOT);
        if (lower.contains("transfer-encoding: chunked")) {
            return head + readUntil("0\r\n\r\n");
        }
        int at = lower.indexOf("content-length: ");
        if (at < 0) {
            throw new IOException("no length: " + head);
        }
        int length = Integer.parseInt(lower.substring(at + 16, lower.indexOf('\r', at)));
        byte[] body = socket.getInputStream().readNBytes(length);
        return head + new String(body, StandardCharsets.ISO_8859_1);
    }

    /** The next byte, or -1 at the end. */
    public int read() throws IOException {
        return socket.getInputStream().read();
    }

    /** Leaves with a reset instead of an orderly close. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Says that nothing more will be sent, and goes on reading. */
    public void finishSending() throws IOException {
        socket.shutdownOutput();
    }

    /** Everything until the other side closes. */
    public String readToEnd() throws IOException {
        var read = new ByteArrayOutputStream();
        socket.getInputStream().transferTo(read);
        return read.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
