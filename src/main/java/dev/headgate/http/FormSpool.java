// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.FileSystem;
import io.vertx.core.file.OpenOptions;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the beginning of a form until its model is known: in memory while that is little and the budget has room, then in a
 * temporary file. The file is unlinked as soon as it is open (where the system can do that), so that no ending of the process
 * leaves it behind. First written, then read once; confined to one context.
 */
final class FormSpool implements FormSource {
    /** Bytes that stay in memory. */
    static final int IN_MEMORY = 256 << 10;

    private static final int READ_SIZE = 64 << 10;

    private final FileSystem files;
    private final Path directory;
    private final BodyBudget.Lease lease;
    /** What came last; one buffer, because a client may send its form byte by byte. */
    private Buffer memory = Buffer.buffer();

    private int leased;
    private @Nullable AsyncFile file;
    private long written;
    private long read;
    private boolean closed;

    FormSpool(Vertx vertx, Path directory, BodyBudget.Lease lease) {
        this.files = vertx.fileSystem();
        this.directory = directory;
        this.lease = lease;
    }

    /** Adds a piece; the next one is added when this is done. */
    Future<Void> add(Buffer piece) {
        if (mayHold(memory.length() + piece.length())) {
            memory.appendBuffer(piece);
            return Future.succeededFuture();
        }
        Buffer out = memory.length() == 0 ? piece : memory.appendBuffer(piece);
        memory = Buffer.buffer();
        return opened().compose(open -> open.write(out)).onSuccess(v -> written += out.length());
    }

    private boolean mayHold(int bytes) {
        if (bytes > IN_MEMORY) {
            return false;
        }
        if (bytes > leased) {
            if (!lease.tryGrow(bytes - leased)) {
                return false;
            }
            leased = bytes;
        }
        return true;
    }

    @Override
    public Future<@Nullable Buffer> next() {
        if (file == null || read == written) {
            Buffer last = memory;
            close();
            return Future.succeededFuture(last.length() == 0 ? null : last);
        }
        int length = (int) Math.min(READ_SIZE, written - read);
        read += length;
        return file.read(Buffer.buffer(length), 0, read - length, length).map(buffer -> buffer);
    }

    /** Drops everything. Idempotent. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        memory = Buffer.buffer();
        lease.release();
        if (file != null) {
            file.close();
        }
    }

    private Future<AsyncFile> opened() {
        if (file != null) {
            return Future.succeededFuture(file);
        }
        String path =
                directory.resolve("headgate-" + UUID.randomUUID() + ".upload").toString();
        OpenOptions options =
                new OpenOptions().setCreateNew(true).setDeleteOnClose(true).setPerms("rw-------");
        return files.open(path, options).map(open -> {
            file = open;
            if (closed) {
                open.close();
            }
            return open;
        });
    }
}
