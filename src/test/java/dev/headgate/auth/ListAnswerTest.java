// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ListAnswerTest {
    private static final String PAGE = """
            { "object" : "list", "first_id":"a" ,
              "data": [ {"id":"a","x":[1,{"id":"q"}]} , {"id" : "b", "n":12345678901234567890, "t":"é, \\"}]"},{"id":"c"} ],
              "last_id": "c", "has_more" : true, "unknown": {"data":[{"id":"z"}]} }
            """;

    @Test
    void keeps_entries_byte_for_byte_and_sets_the_page_marks_to_them() throws IOException {
        assertThat(keeping(PAGE, "b", "c"))
                .isEqualTo(PAGE.replace("{\"id\":\"a\",\"x\":[1,{\"id\":\"q\"}]} , ", "")
                        .replace("\"}]\"},{", "\"}]\"},{")
                        .replace("\"first_id\":\"a\"", "\"first_id\":\"b\""));
    }

    @Test
    void leaves_an_empty_page_with_no_marks_when_nothing_is_kept() throws IOException {
        assertThat(
                        keeping(
                                "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"first_id\":\"a\",\"last_id\":\"b\",\"has_more\":false}"))
                .isEqualTo("{\"data\":[],\"first_id\":null,\"last_id\":null,\"has_more\":false}");
    }

    @Test
    void changes_nothing_when_everything_is_kept() throws IOException {
        assertThat(keeping(PAGE, "a", "b", "c")).isEqualTo(PAGE);
        assertThat(keeping("{\"data\":[]}")).isEqualTo("{\"data\":[]}");
        assertThat(keeping("{\"first_id\":null,\"data\":[],\"last_id\":null}"))
                .isEqualTo("{\"first_id\":null,\"data\":[],\"last_id\":null}");
    }

    @Test
    void sets_marks_that_were_null_or_stand_after_wide_characters() throws IOException {
        assertThat(keeping("{\"é\":\"😀\",\"last_id\":null,\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}]}", "a"))
                .isEqualTo("{\"é\":\"😀\",\"last_id\":\"a\",\"data\":[{\"id\":\"a\"}]}");
    }

    @Test
    void reads_ids_of_entries_and_of_what_they_made_but_not_of_their_parts() throws IOException {
        ListAnswer list = list(
                "{\"data\":[{\"x\":{\"id\":\"no\"},\"id\":\"b_1\",\"output_file_id\":\"f_1\",\"error_file_id\":null,\"result_files\":[\"f_2\"]}]}");

        assertThat(list.entries().getFirst().seen().ids()).containsExactly("b_1", "f_1", "f_2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"data\":null}",
                "{\"data\":{}}",
                "{\"data\":[\"a\"]}",
                "{\"data\":[{\"id\":\"a\"},[]]}",
                "{\"data\":[{\"id\":\"a\"}]",
                "{\"data\":[]}{\"data\":[{\"id\":\"a\"}]}",
                "{\"data\":[],\"data\":[{\"id\":\"a\"}]}",
                "{\"data\":[{\"id\":\"a\"}],\"last_id\":7}",
                "<html>"
            })
    void refuses_what_is_not_one_list(String json) {
        assertThatThrownBy(() -> list(json)).isInstanceOf(IOException.class);
    }

    private static String keeping(String json, String... ids) throws IOException {
        ListAnswer list = list(json);
        List<String> wanted = List.of(ids);
        return list.keeping(list.entries().stream()
                        .filter(entry ->
                                wanted.contains(String.valueOf(entry.seen().id())))
                        .toList())
                .toString();
    }

    private static ListAnswer list(String json) throws IOException {
        return ListAnswer.of(json.getBytes(UTF_8));
    }
}
