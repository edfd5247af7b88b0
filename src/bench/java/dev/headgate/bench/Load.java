// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A closed loop of HTTP/1.1 requests: every connection sends its next request when the answer before it is complete. One thread,
 * one selector; a connection that breaks is counted as a failure and opened again.
 */
final class Load implements AutoCloseable {
    private final InetSocketAddress address;
    private final IntFunction<byte[]> requests;
    private final boolean sse;
    private final Selector selector;
    private final List<Connection> connections = new ArrayList<>();
    private final ByteBuffer input = ByteBuffer.allocateDirect(64 * 1024);
    private Result result = new Result();

    /** @param requests the bytes of the request that the connection with this number sends, again and again */
    Load(int port, IntFunction<byte[]> requests, boolean sse) {
        try {
            this.selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.address = new InetSocketAddress("127.0.0.1", port);
        this.requests = requests;
        this.sse = sse;
    }

    /** What came of it; only what ended in the measured time counts, but events count as they arrive. */
    static final class Result {
        final Percentiles latency = new Percentiles();
        long answers;
        long events;
        long failures;

        @Nullable
        String firstFailure;

        double seconds;

        /** Adds what came of another stretch of time, but for its latencies. */
        void add(Result other) {
            answers += other.answers;
            events += other.events;
            failures += other.failures;
            seconds += other.seconds;
            if (firstFailure == null) {
                firstFailure = other.firstFailure;
            }
        }

        void failed(String why) {
            failures++;
            if (firstFailure == null) {
                firstFailure = why;
            }
        }
    }

    /** Opens this many connections more, which begin at once. */
    void open(int count) {
        for (int i = 0; i < count; i++) {
            connections.add(new Connection(connections.size()));
        }
    }

    /** Runs for a time and tells what came of that time; the requests in flight go on in the next run. */
    Result run(Duration time) {
        Result measured = new Result();
        result = measured;
        long began = System.nanoTime();
        long until = began + time.toNanos();
        try {
            while (System.nanoTime() < until) {
                selector.select(Load::ready, 10);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        measured.seconds = (System.nanoTime() - began) / 1e9;
        return measured;
    }

    private static void ready(SelectionKey key) {
        ((Connection) key.attachment()).ready();
    }

    @Override
    public void close() {
        try {
            for (Connection connection : connections) {
                connection.channel.close();
            }
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Connection {
        private final int number;
        private final AnswerReader reader = new AnswerReader();
        private SocketChannel channel;
        private SelectionKey key;
        private ByteBuffer output;
        private long sentNanos;

        Connection(int number) {
            this.number = number;
            this.output = ByteBuffer.wrap(requests.apply(number));
            this.channel = connect();
            this.key = register();
        }

        private SocketChannel connect() {
            try {
                SocketChannel made = SocketChannel.open();
                made.configureBlocking(false);
                made.setOption(StandardSocketOptions.TCP_NODELAY, true);
                made.connect(address);
                return made;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private SelectionKey register() {
            try {
                return channel.register(selector, SelectionKey.OP_CONNECT, this);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void ready() {
            try {
                if (key.isConnectable()) {
                    channel.finishConnect();
                    send();
                } else if (key.isWritable()) {
                    write();
                }
                if (key.isValid() && key.isReadable()) {
                    read();
                }
            } catch (IOException e) {
                broken(String.valueOf(e.getMessage()));
            }
        }

        private void send() throws IOException {
            reader.reset();
            output.clear();
            sentNanos = System.nanoTime();
            write();
        }

        private void write() throws IOException {
            channel.write(output);
            int interest = SelectionKey.OP_READ | (output.hasRemaining() ? SelectionKey.OP_WRITE : 0);
            if (key.interestOps() != interest) {
                key.interestOps(interest);
            }
        }

        private void read() throws IOException {
            input.clear();
            int read = channel.read(input);
            if (read < 0) {
                broken("closed after status " + reader.status());
                return;
            }
            input.flip();
            int before = reader.events();
            boolean complete = reader.feed(input);
            result.events += reader.events() - before;
            if (complete) {
                complete();
            }
        }

        private void complete() throws IOException {
            if (reader.status() != 200) {
                result.failed("status " + reader.status());
            } else if (sse && !reader.sawDone()) {
                result.failed("a stream without [DONE]");
            } else {
                result.answers++;
                result.latency.record(System.nanoTime() - sentNanos);
            }
            if (reader.closes()) {
                reopen();
            } else {
                send();
            }
        }

        private void broken(String why) {
            result.failed(why);
            reopen();
        }

        private void reopen() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            channel = connect();
            key = register();
        }
    }
}
