// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.ObjectCalls.Body;
import dev.headgate.call.Endpoint;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ObjectIdsTest {
    @ParameterizedTest
    @ValueSource(strings = {"file-abc", "resp_0f", "a.b", "x=:~-", "..."})
    void takes_what_needs_no_escape_in_a_path(String id) {
        assertThat(ObjectIds.isId(id)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a?b", "a#b", "a b", "%2e%2e", "a\\b", "é", "a\n"})
    void takes_nothing_that_could_lead_to_another_path(String id) {
        assertThat(ObjectIds.isId(id)).isFalse();
    }

    @Test
    void asks_for_the_owner_of_every_id_but_of_an_item() {
        var call = ObjectCalls.call(
                Endpoint.VECTOR_FILES_UPDATE, Map.of("id", "vs_1", "file", "f_1"), "after=x", Body.referring("f_2"));
        var item = ObjectCalls.call(
                Endpoint.CONVERSATION_ITEMS_GET, Map.of("id", "conv_1", "item", "msg_1"), null, Body.NONE);

        assertThat(ObjectIds.used(call, ObjectAction.PASS)).containsExactlyInAnyOrder("vs_1", "f_1", "f_2");
        assertThat(ObjectIds.used(item, ObjectAction.PASS)).containsExactly("conv_1");
    }

    @ParameterizedTest
    @CsvSource({"after=f_1,f_1", "limit=2&before=f%5F1,f_1", "%61fter=f_1,f_1", "after=,", "afterwards=f_1,", "after,"})
    void finds_the_page_marks_of_a_list_however_they_are_written(String query, String id) {
        var call = ObjectCalls.call(Endpoint.FILES_LIST, Map.of(), query, Body.NONE);

        assertThat(ObjectIds.used(call, ObjectAction.LIST))
                .isEqualTo(id == null ? java.util.Set.of() : java.util.Set.of(id));
    }

    @Test
    void finds_every_page_mark_where_one_is_given_twice() {
        var call = ObjectCalls.call(Endpoint.FILES_LIST, Map.of(), "after=f_1&after=f_2", Body.NONE);

        assertThat(ObjectIds.used(call, ObjectAction.LIST)).containsExactly("f_1", "f_2");
    }

    @ParameterizedTest
    @CsvSource({",after=b", "limit=2,limit=2&after=b", "after=a&limit=2,limit=2&after=b"})
    void replaces_a_parameter(String query, String expected) {
        assertThat(ObjectIds.withParameter(query, "after", "b")).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(Endpoint.class)
    void knows_what_every_stateful_endpoint_does(Endpoint endpoint) {
        if (endpoint.kind() == Endpoint.Kind.STATEFUL) {
            String needed = switch (ObjectAction.of(endpoint)) {
                case DELETE -> "DELETE";
                case LIST -> "GET";
                case RECORD, PASS -> endpoint.method();
            };
            assertThat(endpoint.method()).isEqualTo(needed);
        }
    }
}
