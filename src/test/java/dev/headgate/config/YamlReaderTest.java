// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class YamlReaderTest {
    private final Problems problems = new Problems();

    private @Nullable YamlNode read(String text) {
        return YamlReader.read("a.yaml", text.getBytes(StandardCharsets.UTF_8), problems);
    }

    private YamlNode.Mapping mapping(String text) {
        return (YamlNode.Mapping) requireNonNull(read(text));
    }

    private Problem refused(String text) {
        assertThat(read(text)).isNull();
        assertThat(problems.sorted()).hasSize(1);
        return problems.sorted().getFirst();
    }

    private static void assertAt(Problem problem, String code, int line, int column) {
        assertThat(problem.code()).isEqualTo(code);
        assertThat(List.of(problem.line(), problem.column())).containsExactly(line, column);
    }

    @Test
    void keeps_the_place_and_the_text_of_every_scalar() {
        YamlNode.Mapping root = mapping("a: 81e10\nbéé: [ 'x y', \"1e3\" ]\n");
        YamlNode.Scalar number = (YamlNode.Scalar) root.entries().get(0).value();
        YamlNode.Entry list = root.entries().get(1);
        YamlNode.Scalar quoted =
                (YamlNode.Scalar) ((YamlNode.Sequence) list.value()).items().get(0);
        assertThat(number.text()).isEqualTo("81e10");
        assertThat(number.at()).hasToString("a.yaml:1:4");
        assertThat(number.at().length()).isEqualTo(5);
        assertThat(list.key().at()).hasToString("a.yaml:2:1");
        assertThat(quoted.text()).isEqualTo("x y");
        assertThat(quoted.at()).hasToString("a.yaml:2:8");
        assertThat(quoted.at().length()).isEqualTo(5);
        assertThat(quoted.plain()).isFalse();
    }

    @Test
    void reads_windows_line_ends_and_a_byte_order_mark() {
        YamlNode.Mapping root = mapping("\uFEFFa: 1\r\nb: 2\r\n");
        assertThat(root.entries().get(1).key().at()).hasToString("a.yaml:2:1");
        assertThat(root.entries().get(0).key().at()).hasToString("a.yaml:1:1");
    }

    @Test
    void refuses_deep_nesting_before_the_stack_is_in_danger() {
        assertAt(refused("[".repeat(20_000)), "Y004", 1, 66);
    }

    @Test
    void reads_64_levels_and_no_more() {
        assertThat(read("[".repeat(64) + "]".repeat(64))).isNotNull();
        assertThat(problems.errors()).isZero();
        assertThat(refused("[".repeat(66) + "]".repeat(66)).code()).isEqualTo("Y004");
    }

    @Test
    void counts_the_levels_behind_an_alias() {
        String deep = "a: &a " + "[".repeat(40) + "]".repeat(40) + "\nb: " + "[".repeat(40) + "*a" + "]".repeat(40);
        assertThat(refused(deep).code()).isEqualTo("Y004");
    }

    @Test
    void refuses_the_51st_alias() {
        assertThat(read("a: &a 1\nb: [" + "*a, ".repeat(50) + "]")).isNotNull();
        assertThat(refused("a: &a 1\nb: [" + "*a, ".repeat(51) + "]").code()).isEqualTo("Y005");
    }

    @Test
    void refuses_aliases_that_unfold_to_too_much() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [1, 2]\n");
        for (int i = 1; i <= 24; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
        }
        assertThat(refused(bomb.toString()).code()).isEqualTo("Y005");
    }

    @Test
    void refuses_an_alias_inside_its_own_value() {
        assertAt(refused("a: &a\n  b: *a\n"), "Y006", 2, 6);
    }

    @Test
    void refuses_an_alias_without_anchor() {
        assertThat(refused("a: *b\n").code()).isEqualTo("Y001");
    }

    @Test
    void tells_every_duplicate_key_with_both_places() {
        assertThat(read("a: 1\nb: 2\na: 3\nb: 4\n")).isNotNull();
        assertThat(problems.sorted())
                .extracting(Problem::code, Problem::line, Problem::label)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("Y008", 3, "first at line 1, column 1"),
                        org.assertj.core.groups.Tuple.tuple("Y008", 4, "first at line 2, column 1"));
    }

    @Test
    void refuses_an_empty_file_and_one_of_comments() {
        for (String empty : List.of("", " \n", "# nothing\n", "---\n...\n", "--- ~x".substring(0, 3))) {
            Problems own = new Problems();
            assertThat(YamlReader.read("a.yaml", empty.getBytes(StandardCharsets.UTF_8), own))
                    .as("[%s]", empty)
                    .isNull();
            assertThat(own.sorted())
                    .extracting(Problem::code)
                    .hasSize(1)
                    .first()
                    .isIn("Y002", "Y012");
        }
    }

    @Test
    void refuses_a_second_document() {
        assertAt(refused("a: 1\n---\nb: 2\n"), "Y003", 2, 1);
    }

    @Test
    void refuses_a_document_that_promises_an_end_and_has_none() {
        assertThat(refused("---\na: 1\n").code()).isEqualTo("Y012");
    }

    @Test
    void reads_a_document_with_both_marks() {
        assertThat(read("---\na: 1\n...\n")).isNotNull();
        assertThat(read("---\na: 1\n...")).isNotNull();
        assertThat(problems.sorted()).isEmpty();
    }

    @Test
    void refuses_what_is_not_utf_8() {
        assertThat(YamlReader.read("a.yaml", new byte[] {'a', ':', ' ', (byte) 0xC3}, problems))
                .isNull();
        assertThat(problems.sorted()).extracting(Problem::code).containsExactly("Y011");
    }

    @Test
    void refuses_more_than_two_megabytes() {
        assertThat(refused("#".repeat(2 * 1024 * 1024 + 1)).code()).isEqualTo("Y007");
    }

    @Test
    void reads_a_file_just_under_the_limit() {
        assertThat(read("a: 1\n#" + "x".repeat(2 * 1024 * 1024 - 6))).isNotNull();
    }

    @Test
    void refuses_tags_and_keys_that_are_no_text() {
        assertAt(refused("a: !!int 5\n"), "Y009", 1, 4);
        Problems own = new Problems();
        assertThat(YamlReader.read("a.yaml", "[a]: 1\n".getBytes(StandardCharsets.UTF_8), own))
                .isNull();
        assertThat(own.sorted()).extracting(Problem::code).containsExactly("Y010");
    }

    @Test
    void says_where_yaml_is_broken_and_hides_what_may_be_a_secret() {
        Problem problem = refused("apiKeys: [sk-live-1234567890, }\n");
        assertAt(problem, "Y001", 1, 31);
        assertThat(problem.toString()).doesNotContain("1234567890");
    }

    @Test
    void refuses_tabs_with_a_hint() {
        assertThat(refused("a:\n\tb: 1\n").hint()).contains("spaces");
    }

    @Test
    void refuses_characters_that_yaml_forbids() {
        assertThat(refused("a: \u0000\n").message()).contains("U+0000");
    }

    @Test
    void does_not_read_older_yaml() {
        assertThat(refused("%YAML 1.1\n---\na: 1\n...\n").message()).contains("1.2");
    }
}
