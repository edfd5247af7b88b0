// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The files of one reading. Bytes that a watcher has delivered are used as they are, so that what is compiled is what was
 * seen twice; anything else is read from disk. Remembers what was asked for, which is what has to be watched. Blocking.
 */
final class FileView {
    private final @Nullable Map<Path, byte[]> delivered;
    private final Set<Path> watched;
    private final Set<Path> touched = new LinkedHashSet<>();

    private FileView(Set<Path> watched, @Nullable Map<Path, byte[]> delivered) {
        this.watched = watched;
        this.delivered = delivered;
    }

    static FileView ofDisk() {
        return new FileView(Set.of(), null);
    }

    /** @param delivered bytes of those of the watched files that exist */
    static FileView of(Set<Path> watched, Map<Path, byte[]> delivered) {
        return new FileView(watched, delivered);
    }

    /** At most {@code limit + 1} bytes, so that the caller sees an overrun; only regular files are opened. */
    byte[] read(Path path, int limit) throws IOException {
        touched.add(path);
        if (delivered != null && watched.contains(path)) {
            byte[] bytes = delivered.get(path);
            if (bytes == null) {
                throw new NoSuchFileException(path.toString());
            }
            return bytes;
        }
        if (!Files.isRegularFile(path)) {
            throw new NoSuchFileException(path.toString());
        }
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(limit + 1);
        }
    }

    /** Files that match a pattern with wildcards in its last part, sorted; hidden ones (editors' and ConfigMaps') never. */
    List<Path> expand(Path pattern) throws IOException {
        List<Path> listed = list(pattern);
        if (delivered == null) {
            return listed;
        }
        return watched.stream()
                .filter(p -> matches(pattern, p) && delivered.containsKey(p))
                .sorted()
                .toList();
    }

    static List<Path> list(Path pattern) throws IOException {
        List<Path> files = new ArrayList<>();
        Path folder = pattern.getParent();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (matches(pattern, entry) && Files.isRegularFile(entry)) {
                    files.add(entry);
                }
            }
        }
        files.sort(null);
        return files;
    }

    Set<Path> touched() {
        return Set.copyOf(touched);
    }

    static boolean isPattern(Path path) {
        return path.toString().contains("*");
    }

    private static boolean matches(Path pattern, Path file) {
        String name = file.getFileName().toString();
        String regex = Arrays.stream(pattern.getFileName().toString().split("\\*", -1))
                .map(Pattern::quote)
                .collect(Collectors.joining(".*"));
        return Objects.equals(pattern.getParent(), file.getParent()) && !name.startsWith(".") && name.matches(regex);
    }
}
