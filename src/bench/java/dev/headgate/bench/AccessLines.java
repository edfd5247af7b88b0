// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The access lines of a log in JSON, by the ids that clients gave their requests.
 *
 * @param errors lines of any logger with level ERROR
 */
record AccessLines(int lines, int distinct, int errors) {
    private static final Pattern ID = Pattern.compile("\"request_id\":\"(bench-\\d+)\"");
    private static final String ERROR = "\"level\":\"ERROR\"";
    private static final String ACCESS = "\"logger\":\"headgate.access\"";

    static AccessLines of(Path log) {
        try (Stream<String> all = Files.lines(log)) {
            Set<String> ids = new HashSet<>();
            int lines = 0;
            int errors = 0;
            for (String line : (Iterable<String>) all::iterator) {
                errors += line.contains(ERROR) ? 1 : 0;
                lines += line.contains(ACCESS) ? 1 : 0;
                Matcher id = ID.matcher(line);
                if (id.find()) {
                    ids.add(id.group(1));
                }
            }
            return new AccessLines(lines, ids.size(), errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
