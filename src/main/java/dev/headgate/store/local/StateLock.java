// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Holds a state directory for one process. The operating system gives the lock back when the process ends, however it ends. */
final class StateLock implements Closeable {
    static final String FILE = "headgate.lock";

    private final FileChannel channel;

    private StateLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Makes the directory if it is missing; fails if another process holds it. */
    static StateLock acquire(Path dir) throws IOException {
        FileChannel channel = open(dir);
        try {
            if (tryLock(channel) == null) {
                throw new IOException("The state directory " + dir
                        + " is in use by another gateway. Give every process a state.dir of its own.");
            }
            return new StateLock(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static FileChannel open(Path dir) throws IOException {
        try {
            Path file = dir.resolve(FILE);
            StateFiles.makeFolderOf(file);
            return StateFiles.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (FileSystemException e) {
            throw new IOException(
                    "The state directory " + dir + " cannot be written: " + reason(e)
                            + ". Mend that, or name another one in state.dir.",
                    e);
        }
    }

    /** Several of these exceptions have a path for a message, and tell the rest by their name. */
    private static String reason(FileSystemException e) {
        return switch (e) {
            case AccessDeniedException denied -> "permission denied for " + denied.getFile();
            case FileAlreadyExistsException file -> file.getFile() + " is no directory";
            case NoSuchFileException missing -> missing.getFile() + " cannot be made";
            default -> String.valueOf(e.getMessage());
        };
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
