// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Reads tables and lists out of the repository's Markdown, so that tests can compare them with the code. */
public final class Documents {
    private Documents() {}

    /** The text of a document; Maven runs tests in the repository's root. */
    public static String read(String document) {
        try {
            return Files.readString(Path.of(document));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The rows of the first table below a heading, without its head; each cell without spaces around it and without backticks. */
    public static List<List<String>> table(String document, String heading) {
        List<List<String>> rows = section(document, heading).stream()
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .skip(2)
                .map(Documents::cells)
                .toList();
        assertThat(rows)
                .as("rows of the table below \"%s\" in %s", heading, document)
                .isNotEmpty();
        return rows;
    }

    /** The first cell of every row of a table. */
    public static List<String> firstColumn(String document, String heading) {
        return table(document, heading).stream().map(List::getFirst).toList();
    }

    /** The lines below a heading, down to the next heading of whatever level. */
    private static List<String> section(String document, String heading) {
        List<String> lines = read(document).lines().toList();
        int at = lines.indexOf(heading);
        assertThat(at).as("the heading \"%s\" in %s", heading, document).isNotNegative();
        return lines.stream()
                .skip(at + 1L)
                .takeWhile(line -> !line.startsWith("#"))
                .toList();
    }

    private static List<String> cells(String row) {
        String inner = row.substring(1, row.lastIndexOf('|'));
        return Arrays.stream(inner.split("\\|", -1))
                .map(cell -> cell.strip().replace("`", ""))
                .toList();
    }
}
