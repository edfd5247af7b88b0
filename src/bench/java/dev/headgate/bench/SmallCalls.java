// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A well-behaved caller beside the load: one small unary call every 10 ms, whose times tell whether the load disturbs others. */
final class SmallCalls implements AutoCloseable {
    private final int port;
    private final byte[] request;
    private final Thread thread;
    private Percentiles latency = new Percentiles();
    private long failures;
    private @Nullable String firstFailure;
    private volatile boolean stopped;

    SmallCalls(int port, String key) {
        this.port = port;
        this.request = Requests.unary(key);
        this.thread = Thread.ofPlatform().daemon().name("small-calls").start(this::loop);
    }

    /** Forgets what was measured so far. */
    synchronized void reset() {
        latency = new Percentiles();
        failures = 0;
    }

    synchronized double millis(double share) {
        return latency.millis(share);
    }

    synchronized long failures() {
        return failures;
    }

    synchronized @Nullable String firstFailure() {
        return firstFailure;
    }

    private void loop() {
        while (!stopped) {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(10_000);
                while (!stopped) {
                    call(socket);
                    TimeUnit.MILLISECONDS.sleep(10);
                }
            } catch (IOException e) {
                failed(e.toString());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void call(Socket socket) throws IOException {
        AnswerReader reader = new AnswerReader();
        byte[] input = new byte[16 * 1024];
        long began = System.nanoTime();
        socket.getOutputStream().write(request);
        while (true) {
            int read = socket.getInputStream().read(input);
            if (read < 0) {
                throw new IOException("closed");
            }
            if (reader.feed(ByteBuffer.wrap(input, 0, read))) {
                break;
            }
        }
        if (reader.status() != 200) {
            failed("status " + reader.status());
            return;
        }
        synchronized (this) {
            latency.record(System.nanoTime() - began);
        }
    }

    private synchronized void failed(String why) {
        failures++;
        if (firstFailure == null) {
            firstFailure = why;
        }
    }

    @Override
    public void close() {
        stopped = true;
        thread.interrupt();
    }
}
