// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Documents;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HeadersDocTest {
    private static final String PAGE = "docs/reference/headers.md";

    @Test
    void the_page_lists_the_headers_that_never_pass_either_way() {
        assertThat(listed("## Never, either way")).containsExactlyInAnyOrderElementsOf(HeaderRules.HOP_BY_HOP);
    }

    @Test
    void the_page_lists_the_headers_that_never_go_up() {
        assertThat(listed("## Never up"))
                .containsExactlyInAnyOrderElementsOf(withPrefixes(HeaderRules.NEVER_UP, HeaderRules.NEVER_UP_PREFIXES));
    }

    @Test
    void the_page_lists_the_headers_that_never_come_down() {
        assertThat(listed("## Never down"))
                .containsExactlyInAnyOrderElementsOf(
                        withPrefixes(HeaderRules.NEVER_DOWN, HeaderRules.NEVER_DOWN_PREFIXES));
    }

    @Test
    void the_page_lists_the_headers_that_headgate_adds() throws IllegalAccessException {
        List<String> names = new ArrayList<>();
        for (Field field : AnswerHeaders.class.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
                names.add((String) field.get(null));
            }
        }
        assertThat(names).isNotEmpty();
        assertThat(listed("## What Headgate adds")).containsExactlyElementsOf(names);
    }

    /** A cell may name several headers that have one reason. */
    private static List<String> listed(String heading) {
        return Documents.firstColumn(PAGE, heading).stream()
                .flatMap(cell -> List.of(cell.split(", ")).stream())
                .toList();
    }

    private static Collection<String> withPrefixes(Set<String> names, Set<String> prefixes) {
        List<String> all = new ArrayList<>(names);
        prefixes.forEach(prefix -> all.add(prefix + "*"));
        return all;
    }
}
