// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventFactsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"a\":1}\n\n",
                "data:{\"a\":1}\r\n\r\n",
                "data: {\"a\":1}   \n\n",
                "data: [DONE]\n\n",
                "data:[DONE]",
                "data:\n\n",
                "data: {\"a\":\ndata: 1}\n\n",
                "data: {\"a\":1}\nid: 7\n\n",
                "event: x.y\ndata: {\"a\":1}\n\n",
                "id: 7\nretry: 10\nevent: x\ndata: {\"a\":1}\n\n",
                ": anything <at> all\n\n",
                "event: ping\n\n",
                "unknown-field: x\n\n",
                "\uFEFFdata: {\"a\":1}\n\n"
            })
    void finds_events_plausible_that_hold_an_object_or_nothing(String event) {
        byte[] bytes = event.getBytes(StandardCharsets.UTF_8);
        assertThat(EventFacts.isPlausible(bytes, 0, bytes.length)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"a\":\n\n",
                "data: hello\n\n",
                "data: \"a\"}\n\n",
                "event: x\ndata: [1]\n\n",
                "<html>\n\n",
                "{\"a\":1}\n\n",
                "data: {\"a\":1}\n<p>\n\n"
            })
    void finds_everything_else_implausible(String event) {
        byte[] bytes = event.getBytes(StandardCharsets.UTF_8);
        assertThat(EventFacts.isPlausible(bytes, 0, bytes.length)).isFalse();
    }

    @Test
    void judges_an_event_by_its_beginning_while_its_end_is_not_there() {
        byte[] begun = "data: {\"image\":\"xxxx".getBytes(StandardCharsets.UTF_8);
        byte[] garbage = "data: xxxxxxxxx".getBytes(StandardCharsets.UTF_8);
        assertThat(EventFacts.mayBecomePlausible(begun, 0, begun.length)).isTrue();
        assertThat(EventFacts.mayBecomePlausible(garbage, 0, garbage.length)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"error\":{\"message\":\"x\"}}\n\n",
                "data:{\"error\": \"x\"}\n\n",
                "event: error\ndata: {}\n\n",
                "data: {\"type\":\"error\",\"code\":null}\n\n"
            })
    void knows_an_error_event(String event) {
        byte[] bytes = event.getBytes(StandardCharsets.UTF_8);
        assertThat(EventFacts.isError(bytes, 0, bytes.length)).isTrue();
    }

    @Test
    void takes_an_error_that_is_null_for_none() {
        byte[] bytes = "data: {\"error\": null,\"choices\":[]}\n\n".getBytes(StandardCharsets.UTF_8);
        assertThat(EventFacts.isError(bytes, 0, bytes.length)).isFalse();
    }
}
