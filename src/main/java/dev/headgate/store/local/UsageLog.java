// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.headgate.metering.UsageJournal.Pending;
import dev.headgate.metering.UsageJournal.Settlement;
import dev.headgate.metering.UsageJournal.Total;
import dev.headgate.metering.UsageRow;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a usage journal: only ever appended to, and from time to time replaced by one that says the same in fewer lines. Every
 * method blocks, and they are called by one thread at a time.
 */
final class UsageLog implements Closeable {
    static final String FILE = "usage.log";
    private static final Logger LOG = LoggerFactory.getLogger(UsageLog.class);
    private static final int PIECE = 1 << 16;

    private final Path file;
    private final Writer writer;
    private FileChannel channel;

    /** Bytes that are known to be whole lines on the disk. */
    private long length;

    /** The one call that fails when a disk is full. */
    @FunctionalInterface
    interface Writer {
        Writer TO_DISK = (channel, bytes) -> {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        };

        void write(FileChannel channel, ByteBuffer bytes) throws IOException;
    }

    private UsageLog(Path file, Writer writer, FileChannel channel) {
        this.file = file;
        this.writer = writer;
        this.channel = channel;
    }

    /** Reads what the file says and is not too old into {@code book}, and opens it for more. */
    static UsageLog open(Path dir, UsageBook book, Writer writer, long nowMicros) throws IOException {
        Path file = dir.resolve(FILE);
        boolean known = Files.exists(file);
        long unreadable = 0;
        if (known) {
            try (Reader in = Files.newBufferedReader(file, ISO_8859_1)) {
                unreadable = read(in, book);
            }
        }
        if (book.id().isEmpty()) {
            book.name(UUID.randomUUID().toString());
        }
        book.forget(nowMicros);
        if (unreadable > 0) {
            LOG.warn("{} line(s) of {} cannot be read, as after a crash in the middle of a write", unreadable, file);
        }
        UsageLog log = new UsageLog(
                file,
                writer,
                StateFiles.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
        try {
            log.replace(book);
            return log;
        } catch (IOException e) {
            log.close();
            throw e;
        }
    }

    /** Carries out all lines; returns how many say nothing that can be understood. */
    static long read(Reader in, UsageBook book) throws IOException {
        long unreadable = 0;
        BufferedReader lines = new BufferedReader(in);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!UsageLine.apply(line, book)) {
                unreadable++;
            }
        }
        return unreadable;
    }

    /** Appends whole lines and returns once the disk has them. */
    void append(ByteBuffer lines) throws IOException {
        if (channel.size() != length) {
            // An append that failed half-way must not spoil the line that follows it.
            channel.truncate(length);
        }
        long more = lines.remaining();
        writer.write(channel, lines);
        channel.force(false);
        length += more;
    }

    /** Appends an empty line, to see whether the disk takes one. */
    void probe() throws IOException {
        append(ByteBuffer.wrap(new byte[] {'\n'}));
    }

    /** Makes a file of just what the book says; if that fails, the old one stays in use. */
    void replace(UsageBook book) throws IOException {
        Path fresh = file.resolveSibling(FILE + ".new");
        FileChannel out = StateFiles.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        try {
            write(out, book);
            out.force(true);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            out.close();
            Files.deleteIfExists(fresh);
            throw e;
        }
        FileChannel old = channel;
        channel = out;
        length = out.size();
        old.close();
        StateFiles.keepName(file);
    }

    long length() {
        return length;
    }

    private void write(FileChannel out, UsageBook book) throws IOException {
        StringBuilder lines = new StringBuilder(UsageLine.name(book.id()));
        for (Total total : book.confirmedTotals()) {
            lines.append(UsageLine.total(total));
            flush(out, lines, PIECE);
        }
        for (UsageRow row : book.confirmedRows()) {
            lines.append(UsageLine.row(row));
            flush(out, lines, PIECE);
        }
        for (Pending call : book.pending()) {
            lines.append(UsageLine.begin(call.begin()));
            Settlement settlement = call.settlement();
            if (settlement != null) {
                lines.append(UsageLine.settle(settlement));
            }
            flush(out, lines, PIECE);
        }
        flush(out, lines, 0);
    }

    private void flush(FileChannel out, StringBuilder lines, int most) throws IOException {
        if (lines.length() > most) {
            writer.write(out, ByteBuffer.wrap(lines.toString().getBytes(US_ASCII)));
            lines.setLength(0);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
