// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A model server in its own process, cheap enough not to be what is measured. Answers a stream of {@code ?events=N&ms=D} with N
 * events of 200 bytes, one write each, D ms apart (0: one event of every stream in turn, as fast as they go); other requests with
 * 1 KB of JSON. One thread.
 */
final class Upstream {
    private final Selector selector = Selector.open();
    private final PriorityQueue<Conversation> paced =
            new PriorityQueue<>(Comparator.comparingLong((Conversation c) -> c.dueNanos));
    private final ArrayDeque<Conversation> unpaced = new ArrayDeque<>();
    private final ByteBuffer input = ByteBuffer.allocateDirect(256 * 1024);

    private Upstream() throws IOException {}

    public static void main(String[] args) throws IOException {
        new Upstream().serve(Integer.parseInt(args[0]));
    }

    private void serve(int port) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress("127.0.0.1", port), 4_096);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        while (true) {
            wait(server);
            long now = System.nanoTime();
            for (Conversation next = paced.peek(); next != null && next.dueNanos <= now; next = paced.peek()) {
                paced.poll();
                next.event();
            }
            for (int left = unpaced.size(); left > 0; left--) {
                unpaced.poll().event();
            }
        }
    }

    private void wait(ServerSocketChannel server) throws IOException {
        long millis = 0;
        Conversation next = paced.peek();
        if (next != null) {
            // Rounded up: waiting for a fraction of a millisecond would be spinning.
            millis = Math.max(0, (next.dueNanos - System.nanoTime() + 999_999) / 1_000_000);
        }
        if (!unpaced.isEmpty() || (next != null && millis == 0)) {
            selector.selectNow(key -> ready(key, server));
        } else {
            selector.select(key -> ready(key, server), millis);
        }
    }

    private void ready(SelectionKey key, ServerSocketChannel server) {
        try {
            if (key.isAcceptable()) {
                accept(server);
            } else {
                ((Conversation) key.attachment()).ready(key);
            }
        } catch (IOException gone) {
            ((Conversation) key.attachment()).close();
        }
    }

    private void accept(ServerSocketChannel server) throws IOException {
        for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            Conversation made = new Conversation(channel);
            made.key = channel.register(selector, SelectionKey.OP_READ, made);
        }
    }

    /** One connection: a request, its answer, the next request. */
    private final class Conversation {
        private final SocketChannel channel;
        private final RequestReader reader = new RequestReader();
        private SelectionKey key;
        private ByteBuffer pending = Answers.nothing();
        private StreamPlan plan = StreamPlan.NONE;
        private int sent;
        private long dueNanos;

        Conversation(SocketChannel channel) {
            this.channel = channel;
            this.key = channel.keyFor(selector);
        }

        void ready(SelectionKey ready) throws IOException {
            if (ready.isWritable()) {
                flush();
            }
            if (ready.isValid() && ready.isReadable()) {
                read();
            }
        }

        private void read() throws IOException {
            input.clear();
            if (channel.read(input) < 0) {
                close();
                return;
            }
            input.flip();
            if (reader.feed(input)) {
                answer();
                reader.reset();
            }
        }

        private void answer() throws IOException {
            plan = reader.plan();
            if (!plan.streams()) {
                write(Answers.unary());
                return;
            }
            sent = 0;
            write(Answers.head());
            dueNanos = System.nanoTime() + plan.nanosApart();
            schedule();
        }

        private void schedule() {
            if (plan.nanosApart() > 0) {
                paced.add(this);
            } else {
                unpaced.add(this);
            }
        }

        void event() {
            if (!channel.isOpen()) {
                return;
            }
            try {
                if (!pending.hasRemaining()) {
                    sent++;
                    write(sent < plan.events() ? Answers.event() : Answers.last(plan.usage()));
                }
                if (sent < plan.events()) {
                    dueNanos += plan.nanosApart();
                    schedule();
                }
            } catch (IOException gone) {
                close();
            }
        }

        private void write(ByteBuffer bytes) throws IOException {
            pending = bytes;
            flush();
        }

        private void flush() throws IOException {
            channel.write(pending);
            key.interestOps(SelectionKey.OP_READ | (pending.hasRemaining() ? SelectionKey.OP_WRITE : 0));
        }

        void close() {
            paced.remove(this);
            unpaced.remove(this);
            try {
                channel.close();
            } catch (IOException alreadyGone) {
                key.cancel();
            }
        }
    }
}
