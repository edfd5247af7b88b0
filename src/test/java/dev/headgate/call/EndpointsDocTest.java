// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Documents;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EndpointsDocTest {
    private static final String PAGE = "docs/reference/endpoints.md";

    @ParameterizedTest
    @EnumSource
    void the_page_lists_the_endpoints_of_each_kind(Endpoint.Kind kind) {
        assertThat(Documents.table(PAGE, heading(kind)))
                .isEqualTo(Arrays.stream(Endpoint.values())
                        .filter(endpoint -> endpoint.kind() == kind)
                        .map(EndpointsDocTest::row)
                        .toList());
    }

    @Test
    void the_page_lists_nothing_twice() {
        List<List<String>> rows = Arrays.stream(Endpoint.Kind.values())
                .flatMap(kind -> Documents.table(PAGE, heading(kind)).stream())
                .toList();
        assertThat(rows).doesNotHaveDuplicates().hasSize(Endpoint.values().length);
    }

    private static String heading(Endpoint.Kind kind) {
        return switch (kind) {
            case METERED -> "## Metered";
            case LOCAL -> "## Answered by Headgate";
            case STATEFUL -> "## Stateful";
        };
    }

    private static List<String> row(Endpoint endpoint) {
        String body = switch (endpoint.body()) {
            case NONE -> "none";
            case JSON -> "JSON";
            case OPTIONAL_JSON -> "JSON or none";
            case MULTIPART -> "multipart";
        };
        return List.of(endpoint.method(), endpoint.path(), body);
    }
}
