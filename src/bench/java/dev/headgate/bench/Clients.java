// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An open loop of clients with all manners, one virtual thread a call. Every call has an {@code x-request-id} of its own, and counts
 * as sent once its last byte is on its way.
 */
final class Clients implements AutoCloseable {
    /** A client that waited so long for the next byte was left hanging. */
    private static final int PATIENCE_MILLIS = 20_000;

    /** So did one whose answer still goes on then, be it with comments only: no route of the soak allows more than 15 s. */
    private static final long LONGEST_NANOS = Duration.ofSeconds(60).toNanos();

    private static final long IDLE_NANOS = Duration.ofSeconds(5).toNanos();

    private final InetSocketAddress address;
    private final String key;
    private final Random random;
    private final ConcurrentLinkedDeque<Idle> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger running = new AtomicInteger();
    private int calls;
    private volatile int sent;

    /** What a client does with its answer. */
    enum Manner {
        READS,
        /** Hangs up before long, whatever has come by then. */
        LEAVES,
        /** Takes 200 KB/s through a small window. */
        READS_SLOWLY
    }

    /** @param events of a stream; 0 for an answer in one piece */
    record Call(String model, Manner manner, int events, int millisApart, int bodyBytes, Outcomes outcomes) {}

    /** Makes the next call up. */
    interface Menu {
        Call next(Random dice, int number);
    }

    private record Idle(Socket socket, long sinceNanos) {}

    Clients(int port, String key, long seed) {
        this.address = new InetSocketAddress("127.0.0.1", port);
        this.key = key;
        this.random = new Random(seed);
    }

    /** Requests that were sent so far; each has the id {@code bench-N}, of which some numbers may be missing. */
    int sent() {
        return sent;
    }

    /** Calls at random times with a mean rate, whatever became of those before; does not wait for the last ones. */
    void run(double perSecond, Duration time, Menu menu) {
        long due = System.nanoTime();
        long until = due + time.toNanos();
        try {
            while (due < until) {
                TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
                Call call = menu.next(random, calls);
                String id = "bench-" + calls++;
                running.incrementAndGet();
                Thread.ofVirtual().start(() -> call(call, id));
                due += (long) (-Math.log(1 - random.nextDouble()) / perSecond * 1e9);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until all calls are over, and closes what they left open. */
    void settle() {
        try {
            while (running.get() > 0) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        close();
    }

    @Override
    public void close() {
        for (Idle next = idle.poll(); next != null; next = idle.poll()) {
            hangUp(next.socket);
        }
    }

    private void call(Call call, String id) {
        long began = System.nanoTime();
        Socket socket = null;
        try {
            socket = connection(call.manner);
            socket.getOutputStream()
                    .write(Requests.call(key, call.model, id, call.events, call.millisApart, call.bodyBytes));
            counted();
            call.outcomes.sent();
            boolean reusable = read(socket, call, began);
            if (reusable) {
                idle.push(new Idle(socket, System.nanoTime()));
                socket = null;
            }
        } catch (SocketTimeoutException waitedInVain) {
            call.outcomes.hung(id);
        } catch (IOException broken) {
            call.outcomes.cut();
        } finally {
            hangUp(socket);
            running.decrementAndGet();
        }
    }

    private synchronized void counted() {
        sent++;
    }

    private Socket connection(Manner manner) throws IOException {
        Idle next;
        while (manner != Manner.READS_SLOWLY && (next = idle.poll()) != null) {
            if (System.nanoTime() - next.sinceNanos < IDLE_NANOS) {
                return next.socket;
            }
            hangUp(next.socket);
        }
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        if (manner == Manner.READS_SLOWLY) {
            socket.setReceiveBufferSize(8 * 1024);
        }
        socket.connect(address, PATIENCE_MILLIS);
        return socket;
    }

    /** Reads the answer as the client does that; returns whether its connection can be used again. */
    private boolean read(Socket socket, Call call, long began) throws IOException {
        AnswerReader reader = new AnswerReader();
        byte[] input = new byte[4 * 1024];
        long leaves = began + TimeUnit.MILLISECONDS.toNanos(leavesAfter(call.manner));
        while (System.nanoTime() - began < LONGEST_NANOS) {
            long left = TimeUnit.NANOSECONDS.toMillis(leaves - System.nanoTime());
            if (call.manner == Manner.LEAVES && left <= 0) {
                call.outcomes.left();
                return false;
            }
            socket.setSoTimeout(call.manner == Manner.LEAVES ? (int) left : PATIENCE_MILLIS);
            int read;
            try {
                read = socket.getInputStream().read(input);
            } catch (SocketTimeoutException enough) {
                if (call.manner == Manner.LEAVES) {
                    continue;
                }
                throw enough;
            }
            if (read < 0) {
                throw new IOException("closed");
            }
            if (reader.feed(ByteBuffer.wrap(input, 0, read))) {
                boolean whole = call.events == 0 || reader.sawDone();
                call.outcomes.answered(reader.status(), whole, System.nanoTime() - began);
                return !reader.closes();
            }
            if (call.manner == Manner.READS_SLOWLY) {
                pause();
            }
        }
        throw new SocketTimeoutException("too long");
    }

    private static long leavesAfter(Manner manner) {
        return manner == Manner.LEAVES ? ThreadLocalRandom.current().nextLong(5, 250) : PATIENCE_MILLIS;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void hangUp(@Nullable Socket socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException alreadyGone) {
            // Nothing is left to do.
        }
    }
}
