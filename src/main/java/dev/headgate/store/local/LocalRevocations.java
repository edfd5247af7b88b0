// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.headgate.auth.Revocation;
import dev.headgate.auth.RevocationLine;
import dev.headgate.auth.RevocationStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Revocations in a file of the state directory, one line of JSON each, only ever appended to and on the disk when {@link #add}
 * completes. There is no file until a key is revoked. It needs no lock: processes that share it append whole lines.
 */
public final class LocalRevocations implements RevocationStore {
    static final String FILE = "revoked.jsonl";
    private static final Logger LOG = LoggerFactory.getLogger(LocalRevocations.class);

    private final Path file;
    private final WorkerExecutor disk;
    private final AtomicBoolean closing = new AtomicBoolean();

    // Touched by the disk's one thread only.
    private final Map<String, Revocation> kept = new LinkedHashMap<>();

    public LocalRevocations(Vertx vertx, Path stateDir) {
        this.file = stateDir.resolve(FILE);
        this.disk = vertx.createSharedWorkerExecutor("headgate-revocations", 1);
    }

    @Override
    public Future<List<Revocation>> all() {
        return onDisk(() -> {
            read();
            return List.copyOf(kept.values());
        });
    }

    @Override
    public Future<Void> add(Collection<Revocation> revocations) {
        return onDisk(() -> {
                    Map<String, Revocation> fresh = new LinkedHashMap<>();
                    revocations.stream()
                            .filter(one -> !kept.containsKey(one.digest()))
                            .forEach(one -> fresh.putIfAbsent(one.digest(), one));
                    if (!fresh.isEmpty()) {
                        append(fresh.values());
                        kept.putAll(fresh);
                    }
                    return true;
                })
                .mapEmpty();
    }

    private void read() throws IOException {
        List<String> lines;
        try {
            // Not readAllLines, which refuses the half of a letter that a crash may leave.
            lines = new String(Files.readAllBytes(file), UTF_8).lines().toList();
        } catch (NoSuchFileException none) {
            return;
        } catch (IOException e) {
            throw new IOException("Which keys are revoked cannot be read from " + file + ": " + e.getMessage(), e);
        }
        List<Integer> unreadable = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Revocation one = RevocationLine.read(lines.get(i));
            if (one != null) {
                kept.putIfAbsent(one.digest(), one);
            } else if (!lines.get(i).isBlank()) {
                unreadable.add(i + 1);
            }
        }
        if (!unreadable.isEmpty()) {
            LOG.error(
                    "Line(s) {} of {} cannot be read, as after a crash in the middle of a write; if keys were revoked by them, revoke"
                            + " those again; then delete the line(s)",
                    unreadable,
                    file);
        }
    }

    private void append(Collection<Revocation> fresh) throws IOException {
        StateFiles.makeFolderOf(file);
        boolean isNew = !Files.exists(file);
        StringBuilder lines = new StringBuilder(isNew || endsWithLine() ? "" : "\n");
        fresh.forEach(one -> lines.append(RevocationLine.of(one)).append('\n'));
        try (FileChannel out =
                StateFiles.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        if (isNew) {
            StateFiles.keepName(file);
        }
    }

    /** Whether nothing torn stands at the end, to which the next line would be glued. */
    private boolean endsWithLine() throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return in.size() == 0 || (in.read(last, in.size() - 1) == 1 && last.get(0) == '\n');
        }
    }

    @Override
    public Future<Void> close() {
        // What was handed over before is written first: the disk's thread takes one thing after the other.
        return closing.compareAndSet(false, true)
                ? onDisk(() -> true).eventually(disk::close).mapEmpty()
                : Future.succeededFuture();
    }

    private <T> Future<T> onDisk(Callable<T> action) {
        return disk.executeBlocking(action, true).map(answer -> requireNonNull(answer));
    }
}
