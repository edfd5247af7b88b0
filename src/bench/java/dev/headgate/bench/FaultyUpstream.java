// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/**
 * A model server that can be told to misbehave, from its next request on. It runs in this process, one virtual thread a connection,
 * and never closes a connection that its caller might still use. Thread-safe.
 */
final class FaultyUpstream implements AutoCloseable {
    private static final RandomGenerator PORTS = new Random();

    private final LongAdder requests = new LongAdder();
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private final int port;
    private ServerSocketChannel listener;
    private volatile Fault fault = Fault.HEALTHY;

    FaultyUpstream() {
        listener = listenSomewhere();
        port = listener.socket().getLocalPort();
        accept(listener);
    }

    int port() {
        return port;
    }

    /** Requests that have arrived in full. */
    long requests() {
        return requests.sum();
    }

    int openConnections() {
        return connections.size();
    }

    /** Changes what becomes of the requests from now on; with {@link Fault#REFUSE} the port is closed, and what is under way ends. */
    synchronized void become(Fault next) {
        try {
            fault = next;
            if (next == Fault.REFUSE) {
                listener.close();
                connections.forEach(FaultyUpstream::hangUp);
            } else if (!listener.isOpen()) {
                listener = listen(port);
                accept(listener);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        become(Fault.REFUSE);
    }

    /** Below the ports that Linux gives to connections by itself, so that nobody takes the port while it is closed. */
    private static ServerSocketChannel listenSomewhere() {
        while (true) {
            try {
                return listen(PORTS.nextInt(20_000, 32_000));
            } catch (BindException taken) {
                // Another port, then.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static ServerSocketChannel listen(int port) throws IOException {
        return ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", port), 1_024);
    }

    private void accept(ServerSocketChannel from) {
        Thread.ofVirtual().start(() -> {
            while (from.isOpen()) {
                try {
                    SocketChannel channel = from.accept();
                    connections.add(channel);
                    Thread.ofVirtual().start(() -> converse(channel));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    private void converse(SocketChannel channel) {
        try (channel) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            RequestReader reader = new RequestReader();
            ByteBuffer input = ByteBuffer.allocate(8 * 1024);
            while (channel.read(input.clear()) >= 0) {
                if (reader.feed(input.flip())) {
                    requests.increment();
                    answer(channel, reader.plan(), fault);
                    reader.reset();
                }
            }
        } catch (IOException gone) {
            // The caller left, or this upstream tore the connection: both are what the soak is about.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connections.remove(channel);
        }
    }

    private static void answer(SocketChannel channel, StreamPlan plan, Fault fault)
            throws IOException, InterruptedException {
        switch (fault) {
            case RESET, REFUSE -> reset(channel);
            case STALL_BEFORE -> awaitEnd(channel);
            case GIBBERISH -> {
                write(channel, fault.insteadOfAnswer(false));
                channel.close();
            }
            case HEALTHY, SLOW, STALL_WITHIN, TORN -> {
                if (fault == Fault.SLOW) {
                    TimeUnit.MILLISECONDS.sleep(330);
                }
                if (plan.streams()) {
                    stream(channel, plan, fault);
                } else {
                    whole(channel, fault);
                }
            }
            default -> write(channel, fault.insteadOfAnswer(plan.streams()));
        }
    }

    private static void whole(SocketChannel channel, Fault fault) throws IOException {
        ByteBuffer bytes = Answers.unary();
        if (breaks(fault)) {
            write(channel, bytes.limit(bytes.limit() / 2));
            breakOff(channel, fault);
        } else {
            write(channel, bytes);
        }
    }

    private static void stream(SocketChannel channel, StreamPlan plan, Fault fault)
            throws IOException, InterruptedException {
        long millisApart = plan.nanosApart() / 1_000_000 + (fault == Fault.SLOW ? 40 : 0);
        write(channel, Answers.head());
        for (int sent = 1; sent < plan.events(); sent++) {
            if (breaks(fault) && sent > plan.events() / 2) {
                breakOff(channel, fault);
                return;
            }
            if (millisApart > 0) {
                TimeUnit.MILLISECONDS.sleep(millisApart);
            }
            write(channel, Answers.event());
        }
        write(channel, Answers.last(plan.usage()));
    }

    private static boolean breaks(Fault fault) {
        return fault == Fault.STALL_WITHIN || fault == Fault.TORN;
    }

    private static void breakOff(SocketChannel channel, Fault fault) throws IOException {
        if (fault == Fault.STALL_WITHIN) {
            awaitEnd(channel);
        }
        channel.close();
    }

    /** Says nothing until the caller hangs up. */
    private static void awaitEnd(SocketChannel channel) throws IOException {
        ByteBuffer ignored = ByteBuffer.allocate(1024);
        while (channel.read(ignored.clear()) >= 0) {
            // A caller that waits has nothing to say.
        }
        channel.close();
    }

    private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void reset(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.close();
    }

    private static void hangUp(SocketChannel channel) {
        try {
            reset(channel);
        } catch (IOException alreadyGone) {
            // Nothing is left to do.
        }
    }
}
