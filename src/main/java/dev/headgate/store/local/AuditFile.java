// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headgate.audit.AuditLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of an audit trail. It is opened for each line, because lines are rare: so it may be moved away at any time, and what the last
 * line is stands in the file alone. Blocking; called by one thread at a time.
 */
final class AuditFile {
    static final String NAME = "audit.jsonl";
    private static final Logger LOG = LoggerFactory.getLogger(AuditFile.class);
    /** More than a line can have. */
    private static final int TAIL = 1 << 17;

    private final Path file;

    AuditFile(Path dir) {
        this.file = dir.resolve(NAME);
    }

    /** What the file ends with: the digest of its last line, and whether that line was cut off. */
    private record End(String digest, boolean torn) {}

    /** Adds a line and returns once the disk has it. */
    void append(AuditLine line) throws IOException {
        StateFiles.makeFolderOf(file);
        boolean fresh = !Files.exists(file);
        try (FileChannel channel =
                StateFiles.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            // Released with the channel. Another process on the same file would break the chain.
            channel.lock();
            ByteBuffer bytes = ByteBuffer.wrap(after(end(channel), line).getBytes(UTF_8));
            channel.position(channel.size());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        if (fresh) {
            StateFiles.keepName(file);
        }
    }

    private String after(End end, AuditLine line) {
        if (!end.torn) {
            return line.json(end.digest) + '\n';
        }
        LOG.warn("The last line of {} was cut off, as after a crash in the middle of a write; it stays as it is", file);
        Map<String, Object> facts = new LinkedHashMap<>(line.facts());
        facts.put("note", "the line before was cut off");
        return '\n' + new AuditLine(line.time(), line.change(), line.outcome(), facts).json(end.digest) + '\n';
    }

    private static End end(FileChannel channel) throws IOException {
        ByteBuffer read = ByteBuffer.allocate((int) Math.min(TAIL, channel.size()));
        long from = channel.size() - read.capacity();
        while (read.hasRemaining() && channel.read(read, from + read.position()) >= 0) {
            // Until it is full.
        }
        byte[] tail = Arrays.copyOf(read.array(), read.position());
        boolean torn = tail.length > 0 && tail[tail.length - 1] != '\n';
        int to = torn ? tail.length : Math.max(0, tail.length - 1);
        int start = to;
        while (start > 0 && tail[start - 1] != '\n') {
            start--;
        }
        byte[] last = Arrays.copyOfRange(tail, start, to);
        return new End(last.length == 0 ? AuditLine.NO_LINE : AuditLine.digest(last), torn);
    }
}
