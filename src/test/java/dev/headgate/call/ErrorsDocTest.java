// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Documents;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorsDocTest {
    private static final String PAGE = "docs/guide/errors.md";
    private static final int GENERATED = 4;

    @Test
    void the_table_of_errors_says_what_the_code_does() {
        List<List<String>> rows = Documents.table(PAGE, "## Every error");
        assertThat(rows.stream().map(row -> row.subList(0, GENERATED)).toList())
                .isEqualTo(Arrays.stream(ErrorKind.values())
                        .map(ErrorsDocTest::row)
                        .toList());
    }

    @Test
    void every_error_has_its_reason_and_what_to_do() {
        assertThat(Documents.table(PAGE, "## Every error"))
                .allSatisfy(row -> assertThat(row).hasSize(GENERATED + 1).doesNotContain(""));
    }

    private static List<String> row(ErrorKind kind) {
        return List.of(
                Integer.toString(kind.status()), kind.type(), kind.code() == null ? "null" : kind.code(), kind.label());
    }
}
