// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * Claims that outlive the process: a file of lines, each the time in milliseconds until which a claim holds, a space and its name.
 * Only ever appended to, and written anew without what is over when it is opened and when it has doubled. Every method blocks, and
 * they are called by one thread at a time.
 */
final class ClaimLog implements Closeable {
    static final String FILE = "claims.log";
    private static final int FEW_LINES = 1_000;

    private final Path file;
    private final Map<String, Long> claims = new HashMap<>();
    private FileChannel channel;
    /** Bytes that are known to be whole lines. */
    private long length;

    private int lines;
    private int compactAt;

    private ClaimLog(Path file, Map<String, Long> claims) throws IOException {
        this.file = file;
        this.claims.putAll(claims);
        this.channel = replaced(file, claims);
        this.length = channel.size();
        this.lines = claims.size();
        this.compactAt = Math.max(FEW_LINES, 2 * lines);
    }

    static ClaimLog open(Path dir, long nowMillis) throws IOException {
        Path file = dir.resolve(FILE);
        Map<String, Long> claims = Files.exists(file) ? read(file) : new HashMap<>();
        claims.values().removeIf(until -> until <= nowMillis);
        return new ClaimLog(file, claims);
    }

    /** What is behind the last line's end was being written when the process died. */
    private static Map<String, Long> read(Path file) throws IOException {
        Map<String, Long> claims = new HashMap<>();
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach(line -> {
            int space = line.indexOf(' ');
            if (line.matches("[0-9]{1,18} \\S.*")) {
                claims.put(line.substring(space + 1), Long.parseLong(line.substring(0, space)));
            }
        });
        return claims;
    }

    /** Whether this is the first claim of that name that still holds; on the disk when it returns. */
    boolean claim(String name, long untilMillis, long nowMillis) throws IOException {
        Long held = claims.get(name);
        if (held != null && held > nowMillis) {
            return false;
        }
        append(name, untilMillis);
        claims.put(name, untilMillis);
        if (++lines >= compactAt) {
            compact(nowMillis);
        }
        return true;
    }

    private void append(String name, long untilMillis) throws IOException {
        if (channel.size() != length) {
            // An append that failed half-way, on a full disk for one, must not spoil the line that follows it.
            channel.truncate(length);
        }
        write(channel, untilMillis + " " + name + '\n');
        channel.force(false);
        length = channel.size();
    }

    private void compact(long nowMillis) throws IOException {
        claims.values().removeIf(until -> until <= nowMillis);
        FileChannel old = channel;
        channel = replaced(file, claims);
        length = channel.size();
        lines = claims.size();
        compactAt = Math.max(FEW_LINES, 2 * lines);
        old.close();
    }

    private static FileChannel replaced(Path file, Map<String, Long> claims) throws IOException {
        Path fresh = file.resolveSibling(FILE + ".new");
        StringBuilder text = new StringBuilder();
        claims.forEach(
                (name, until) -> text.append(until).append(' ').append(name).append('\n'));
        try (FileChannel out = StateFiles.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            write(out, text.toString());
            out.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        StateFiles.keepName(file);
        return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    private static void write(FileChannel out, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
