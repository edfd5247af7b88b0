// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import dev.headgate.auth.ObjectOwners;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Owners in memory, with a journal below the state directory that outlives the process. Lookups never wait. A record is seen by
 * lookups at once and is durable when its future completes; one fsync serves all the records that wait for it. The directory is
 * opened by the first use, so that it need not exist where no tenant keeps objects.
 */
public final class LocalObjectOwners implements ObjectOwners {
    /** Writes that may wait for the disk; more are refused, which fails their calls. */
    private static final int MAX_WAITING = 4096;

    private final Path dir;
    private final WorkerExecutor disk;
    private final Map<String, Owner> owners = new ConcurrentHashMap<>();
    private final BlockingQueue<Write> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean open;

    // Touched by the disk's one thread only.
    private @Nullable StateLock lock;
    private @Nullable ObjectJournal journal;
    private boolean closed;

    public LocalObjectOwners(Vertx vertx, Path dir) {
        this.dir = dir;
        this.disk = vertx.createSharedWorkerExecutor("headgate-objects", 1);
    }

    @Override
    public Future<Map<String, Owner>> find(Collection<String> ids) {
        return open ? Future.succeededFuture(found(ids)) : check().map(opened -> found(ids));
    }

    private Map<String, Owner> found(Collection<String> ids) {
        Map<String, Owner> found = new HashMap<>();
        for (String id : ids) {
            Owner owner = owners.get(id);
            if (owner != null) {
                found.put(id, owner);
            }
        }
        return found;
    }

    @Override
    public Future<Boolean> record(Collection<String> ids, Owner owner) {
        return open ? give(ids, owner) : check().compose(opened -> give(ids, owner));
    }

    private Future<Boolean> give(Collection<String> ids, Owner owner) {
        boolean all = true;
        List<String> given = new ArrayList<>(ids.size());
        StringBuilder lines = new StringBuilder();
        for (String id : ids) {
            Owner before = owners.putIfAbsent(id, owner);
            if (before == null) {
                given.add(id);
                lines.append(JournalLine.given(id, owner));
            }
            all &= before == null || before.equals(owner);
        }
        if (given.isEmpty()) {
            return Future.succeededFuture(all);
        }
        boolean result = all;
        return write(lines.toString())
                .map(written -> result)
                .onFailure(cause -> given.forEach(id -> owners.remove(id, owner)));
    }

    @Override
    public Future<Void> forget(String id) {
        Future<Void> ready = open ? Future.succeededFuture() : check();
        return ready.compose(
                opened -> owners.remove(id) == null ? Future.succeededFuture() : write(JournalLine.forgotten(id)));
    }

    @Override
    public Future<Void> check() {
        return onDisk(this::openNow);
    }

    private void openNow() throws IOException {
        if (closed) {
            throw new IOException("The record of objects is closed.");
        }
        if (open) {
            return;
        }
        StateLock held = StateLock.acquire(dir);
        try {
            owners.clear();
            journal = ObjectJournal.open(dir, owners);
            lock = held;
            open = true;
        } catch (IOException e) {
            held.close();
            throw e;
        }
    }

    private Future<Void> write(String lines) {
        Write write = new Write(lines.getBytes(StandardCharsets.US_ASCII));
        if (!waiting.offer(write)) {
            return Future.failedFuture(new IOException("Too many writes wait for the disk below " + dir + "."));
        }
        return onDisk(() -> flushUnlessDone(write));
    }

    /** The first write of a group takes all that wait along, so that theirs have nothing left to do. */
    private void flushUnlessDone(Write write) throws IOException {
        if (!write.done) {
            flush();
        }
        if (write.failure != null) {
            throw new IOException(
                    "The record of objects cannot be written: " + write.failure.getMessage(), write.failure);
        }
    }

    private void flush() {
        List<Write> group = new ArrayList<>();
        waiting.drainTo(group);
        ByteBuffer all =
                ByteBuffer.allocate(group.stream().mapToInt(w -> w.lines.length).sum());
        group.forEach(write -> all.put(write.lines));
        IOException failure = null;
        try {
            if (journal == null) {
                throw new IOException("it is closed");
            }
            journal.append(all.flip());
        } catch (IOException e) {
            failure = e;
        }
        for (Write write : group) {
            write.done = true;
            write.failure = failure;
        }
    }

    @Override
    public Future<Void> close() {
        if (!closing.compareAndSet(false, true)) {
            return Future.succeededFuture();
        }
        return onDisk(this::closeNow).eventually(disk::close);
    }

    private void closeNow() throws IOException {
        closed = true;
        open = false;
        flush();
        if (journal != null) {
            journal.close();
            journal = null;
        }
        if (lock != null) {
            lock.close();
            lock = null;
        }
    }

    private Future<Void> onDisk(DiskAction action) {
        return disk.executeBlocking(
                        () -> {
                            action.run();
                            return true;
                        },
                        false)
                .mapEmpty();
    }

    @FunctionalInterface
    private interface DiskAction {
        void run() throws IOException;
    }

    /** Lines on their way to the disk; its state belongs to the disk's thread. */
    private static final class Write {
        final byte[] lines;
        boolean done;

        @Nullable
        IOException failure;

        Write(byte[] lines) {
            this.lines = lines;
        }
    }
}
