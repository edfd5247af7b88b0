// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * One table of {@code docs/faults.md}: a test for each row, and one at the end that compares the page with what came of them. With
 * {@code -Dheadgate.update=true} that one writes the page.
 */
final class FaultTable {
    private static final Path PAGE = Path.of("docs/faults.md");
    private static final boolean UPDATE = Boolean.getBoolean("headgate.update");

    private final String section;
    private final List<String> columns;
    private final List<String> rows = new ArrayList<>();

    /** @param columns what stands over the cells; the first is the fault, and the result is added behind the last */
    FaultTable(String section, String... columns) {
        this.section = section;
        this.columns = List.of(columns);
    }

    /** A fault, and the check that finds what is promised for it. */
    record Row(String fault, Check check) {}

    interface Check {
        /** Fails unless the promise is held; the cells of all lines of the table that this has shown. */
        List<List<String>> run() throws Exception;
    }

    /** A row of one line. */
    static Row row(String fault, String promise, String counted, Script script) {
        return new Row(fault, () -> {
            script.run();
            return List.of(List.of(fault, promise, counted));
        });
    }

    interface Script {
        void run() throws Exception;
    }

    Stream<DynamicTest> tests(List<Row> all) {
        return Stream.concat(
                all.stream().map(row -> DynamicTest.dynamicTest(row.fault, () -> run(row))),
                Stream.of(DynamicTest.dynamicTest("docs/faults.md says so", this::assertCommitted)));
    }

    private void run(Row row) throws Exception {
        try {
            row.check.run().forEach(cells -> rows.add(line(cells, "held")));
        } catch (Exception | AssertionError e) {
            rows.add(line(List.of(row.fault), "**not held**"));
            throw e;
        }
    }

    private String line(List<String> cells, String result) {
        var filled = new ArrayList<>(cells);
        while (filled.size() < columns.size()) {
            filled.add("");
        }
        filled.add(result);
        return filled.stream().collect(Collectors.joining(" | ", "| ", " |\n")).replace("|  |", "| |");
    }

    private void assertCommitted() throws IOException {
        String page = Files.readString(PAGE);
        String begin = "<!-- generated: " + section + " -->\n";
        assertThat(page).contains(begin);
        int from = page.indexOf(begin) + begin.length();
        String wanted = page.substring(0, from) + table() + page.substring(page.indexOf("<!-- end -->", from));
        if (UPDATE) {
            Files.writeString(PAGE, wanted);
        }
        assertThat(Files.readString(PAGE))
                .as(
                        "%s is not what the tests found; run ./mvnw verify -Dit.test='*FaultsIT' -Dtest=None"
                                + " -Dsurefire.failIfNoSpecifiedTests=false -Dheadgate.update=true and commit the result",
                        PAGE)
                .isEqualTo(wanted);
    }

    private String table() {
        return columns.stream().collect(Collectors.joining(" | ", "| ", " | result |\n"))
                + "|---".repeat(columns.size() + 1)
                + "|\n"
                + String.join("", rows);
    }
}
