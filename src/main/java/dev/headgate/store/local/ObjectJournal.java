// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import dev.headgate.auth.ObjectOwners.Owner;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that outlives the process: one line a change, only ever appended to, rewritten without its dead lines when it is opened.
 * Every method blocks, and they are called by one thread at a time.
 */
final class ObjectJournal implements Closeable {
    static final String FILE = "objects.log";
    private static final Logger LOG = LoggerFactory.getLogger(ObjectJournal.class);

    private final FileChannel channel;

    /** Bytes that are known to be whole lines. */
    private long length;

    private ObjectJournal(FileChannel channel) throws IOException {
        this.channel = channel;
        this.length = channel.size();
    }

    /** Reads what the file says into {@code owners}, makes a file of just that and opens it. */
    static ObjectJournal open(Path dir, Map<String, Owner> owners) throws IOException {
        Path file = dir.resolve(FILE);
        if (Files.exists(file)) {
            read(file, owners);
        }
        rewrite(file, owners);
        return new ObjectJournal(FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
    }

    private static void read(Path file, Map<String, Owner> owners) throws IOException {
        long unreadable = 0;
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!JournalLine.apply(line, owners)) {
                    unreadable++;
                }
            }
        }
        if (unreadable > 0) {
            LOG.warn(
                    "{} line(s) of {} cannot be read, as after a crash in the middle of a write; their objects are unknown now",
                    unreadable,
                    file);
        }
    }

    private static void rewrite(Path file, Map<String, Owner> owners) throws IOException {
        Path fresh = file.resolveSibling(FILE + ".new");
        try (FileChannel out = StateFiles.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                BufferedWriter lines =
                        new BufferedWriter(java.nio.channels.Channels.newWriter(out, StandardCharsets.US_ASCII))) {
            for (Map.Entry<String, Owner> entry : owners.entrySet()) {
                lines.write(JournalLine.given(entry.getKey(), entry.getValue()));
            }
            lines.flush();
            out.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        StateFiles.keepName(file);
    }

    /** Appends whole lines and returns once the disk has them. */
    void append(ByteBuffer lines) throws IOException {
        if (channel.size() != length) {
            // An append that failed half-way, on a full disk for one, must not spoil the line that follows it.
            channel.truncate(length);
        }
        while (lines.hasRemaining()) {
            channel.write(lines);
        }
        channel.force(false);
        length = channel.size();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
