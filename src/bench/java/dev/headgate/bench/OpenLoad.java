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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * An open loop of HTTP/1.1 requests: they are sent at random times with a given mean rate, whatever became of those before, each on
 * a connection of its own for as long as it lasts. Latencies count from the time at which a request was due. One thread.
 */
final class OpenLoad implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 9_000;
    private static final long PATIENCE_NANOS = Duration.ofSeconds(5).toNanos();

    private final InetSocketAddress address;
    private final List<Caller> callers;
    private final Selector selector;
    private final List<Connection> connections = new ArrayList<>();
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    private final ByteBuffer input = ByteBuffer.allocateDirect(64 * 1024);
    private final Random random = new Random(1);

    /** A kind of requests, and what came of them. */
    static final class Caller {
        final String name;
        private final ByteBuffer request;
        private final double share;
        final Percentiles latency = new Percentiles();
        long sent;
        long served;
        long refused;
        long failed;
        /** Those for which the generator had no connection left: they never reached the gateway. */
        long unsent;

        long arrived() {
            return sent - unsent;
        }

        /** @param share of all requests, 0 to 1 */
        Caller(String name, byte[] request, double share) {
            this.name = name;
            this.request = ByteBuffer.wrap(request);
            this.share = share;
        }
    }

    OpenLoad(int port, List<Caller> callers) {
        this.address = new InetSocketAddress("127.0.0.1", port);
        this.callers = callers;
        try {
            this.selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends for a time, and then waits for what is still out. */
    void run(double perSecond, Duration time) {
        long due = System.nanoTime();
        long until = due + time.toNanos();
        long looked = due;
        try {
            while (due < until || idle.size() < connections.size()) {
                long now = System.nanoTime();
                for (; due <= now && due < until; due += gap(perSecond)) {
                    begin(due);
                }
                if (now - looked > PATIENCE_NANOS / 50) {
                    looked = now;
                    giveUp(now);
                }
                selector.select(OpenLoad::ready, 1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long gap(double perSecond) {
        return (long) (-Math.log(1 - random.nextDouble()) / perSecond * 1e9);
    }

    private void begin(long due) throws IOException {
        double dice = random.nextDouble();
        Caller caller = callers.getLast();
        for (Caller each : callers) {
            if (dice < each.share) {
                caller = each;
                break;
            }
            dice -= each.share;
        }
        caller.sent++;
        Connection free = idle.pollLast();
        if (free != null) {
            free.send(caller, due);
        } else if (connections.size() < MOST_CONNECTIONS) {
            connections.add(new Connection(caller, due));
        } else {
            caller.unsent++;
        }
    }

    private void giveUp(long now) {
        for (Connection each : List.copyOf(connections)) {
            if (each.caller != null && now - each.due > PATIENCE_NANOS) {
                each.broken();
            }
        }
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
        private final AnswerReader reader = new AnswerReader();
        private final SocketChannel channel = SocketChannel.open();
        private final SelectionKey key;
        private @org.jspecify.annotations.Nullable Caller caller;
        private ByteBuffer output;
        private long due;

        Connection(Caller first, long due) throws IOException {
            this.caller = first;
            this.due = due;
            this.output = first.request.duplicate();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(address);
            key = channel.register(selector, SelectionKey.OP_CONNECT, this);
        }

        void send(Caller next, long dueNanos) {
            caller = next;
            due = dueNanos;
            output = next.request.duplicate();
            reader.reset();
            try {
                write();
            } catch (IOException e) {
                broken();
            }
        }

        void ready() {
            try {
                if (key.isConnectable()) {
                    channel.finishConnect();
                    write();
                } else if (key.isWritable()) {
                    write();
                }
                if (key.isValid() && key.isReadable()) {
                    read();
                }
            } catch (IOException e) {
                broken();
            }
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
            if (channel.read(input) < 0) {
                broken();
                return;
            }
            input.flip();
            Caller mine = caller;
            if (mine == null || !reader.feed(input)) {
                return;
            }
            caller = null;
            if (reader.status() == 200) {
                mine.served++;
                mine.latency.record(System.nanoTime() - due);
            } else if (reader.status() == 503) {
                mine.refused++;
            } else {
                mine.failed++;
            }
            if (reader.closes()) {
                broken();
            } else {
                idle.add(this);
            }
        }

        /** Leaves; what was under way has failed. */
        private void broken() {
            if (caller != null) {
                caller.failed++;
                caller = null;
            } else {
                idle.remove(this);
            }
            connections.remove(this);
            try {
                channel.close();
            } catch (IOException alreadyGone) {
                key.cancel();
            }
        }
    }
}
