// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.CallFailure;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.UpstreamFault;
import dev.headgate.upstream.Opening.Verdict;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpeningTest {
    private static final String ROLE =
            "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}",
                "data:{\"error\":null,\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"x\"}}]}",
                "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"x\"}}]}",
                "data: {\"choices\":[{\"delta\":{\"reasoning\":\"x\"}}]}",
                "data: {\"choices\":[{\"delta\":{\"refusal\":\"x\"}}]}",
                "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0}]}}]}",
                "data: {\"choices\":[{\"delta\":{\"content\":[[],{\"type\":\"thinking\"}]}}]}",
                "data: {\"choices\":[{\"delta\":{\"audio\":{\"id\":\"a\"}}}]}",
                "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}",
                "data: {\"choices\":[{\"text\":\"x\"}]}",
                "id: 1\nevent: chunk\ndata: {\"choices\":\ndata: [{\"text\":\"x\"}]}"
            })
    void commits_a_chat_at_the_first_thing_that_a_reader_would_see(String event) {
        assertThat(judge(Endpoint.CHAT, event)).isEqualTo(Verdict.COMMIT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ": comment",
                "event: ping",
                "retry: 10",
                "data:",
                "data: {}",
                "data: {\"type\":\"ping\"}",
                "data: {\"choices\":[],\"prompt_filter_results\":[{\"content\":\"x\"}]}",
                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}",
                "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null,"
                        + "\"tool_calls\":[]},\"finish_reason\":null}]}"
            })
    void waits_while_a_chat_says_nothing(String event) {
        assertThat(judge(Endpoint.CHAT, event)).isEqualTo(Verdict.WAIT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<html>",
                "data: hello",
                "data: [1]",
                "data: {\"choices\":[{\"delta\"}",
                "data: {\"a\":1} {\"b\":2}",
                "{\"error\":{\"message\":\"x\"}}",
                "\u0000\u0001: x",
                "event: error\ndata: down"
            })
    void takes_what_is_no_event_of_this_api_for_garbage(String event) {
        assertThat(failed(judge(Endpoint.CHAT, event)).error().kind()).isEqualTo(ErrorKind.UPSTREAM_PROTOCOL_ERROR);
    }

    @Test
    void takes_a_terminal_event_for_an_answer_only_behind_a_choice() {
        assertThat(failed(judge(Endpoint.CHAT, "data: [DONE]")).error().kind()).isEqualTo(ErrorKind.UPSTREAM_FAILED);
        assertThat(judge(Endpoint.CHAT, ROLE, "data: [DONE]")).isEqualTo(Verdict.COMMIT);
        assertThat(failed(judge(Endpoint.CHAT, "data: {\"choices\":[]}", "data: [DONE]"))
                        .error()
                        .kind())
                .isEqualTo(ErrorKind.UPSTREAM_FAILED);
    }

    @ParameterizedTest
    @CsvSource({
        "response.created, false",
        "response.queued, false",
        "response.in_progress, false",
        "response.output_item.added, false",
        "response.content_part.added, false",
        "response.output_text.delta, true",
        "response.function_call_arguments.delta, true",
        "response.reasoning_summary_text.delta, true",
        "response.web_search_call.searching, true",
        "response.completed, true",
        "response.incomplete, true"
    })
    void commits_a_response_behind_its_preamble(String type, boolean commits) {
        String event = "event: " + type + "\ndata: {\"type\":\"" + type + "\",\"response\":{\"error\":null}}";
        assertThat(judge(Endpoint.RESPONSES, event)).isEqualTo(commits ? Verdict.COMMIT : Verdict.WAIT);
    }

    @Test
    void gives_up_a_response_that_failed() {
        CallFailure failure = failed(judge(
                Endpoint.RESPONSES,
                "data: {\"type\":\"response.failed\",\"response\":{\"id\":\"r\",\"error\":{\"code\":\"server_error\","
                        + "\"message\":\"Boom.\"}}}"));
        assertThat(failure.error().kind()).isEqualTo(ErrorKind.UPSTREAM_FAILED);
        assertThat(failure.getMessage()).contains("up").endsWith("Boom.");
        assertThat(failure.fault()).isEqualTo(new UpstreamFault(500, null, "server_error", null));
        assertThat(failed(judge(Endpoint.RESPONSES, "data: {\"type\":\"response.failed\",\"response\":{}}"))
                        .error()
                        .kind())
                .isEqualTo(ErrorKind.UPSTREAM_FAILED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"error\":{\"message\":\"m\",\"type\":\"server_error\"}} | UPSTREAM_FAILED | 500",
                "{\"error\":{\"message\":\"m\",\"type\":\"overloaded_error\"}} | UPSTREAM_FAILED | 500",
                "{\"error\":{\"message\":\"m\",\"type\":\"api_error\"}} | UPSTREAM_FAILED | 500",
                "{\"error\":{\"message\":\"m\"}} | UPSTREAM_FAILED | 500",
                "{\"error\":\"m\"} | UPSTREAM_FAILED | 500",
                "{\"error\":{\"message\":\"m\",\"type\":\"x\",\"code\":503}} | UPSTREAM_FAILED | 503",
                "{\"error\":{\"message\":\"m\",\"code\":\"529\"}} | UPSTREAM_FAILED | 529",
                "{\"error\":{\"message\":\"m\",\"code\":401}} | UPSTREAM_FAILED | 401",
                "{\"error\":{\"message\":\"m\",\"code\":\"invalid_api_key\",\"type\":\"invalid_request_error\"}} | UPSTREAM_FAILED | 401",
                "{\"error\":{\"message\":\"m\",\"code\":\"rate_limit_exceeded\",\"type\":\"tokens\"}} | UPSTREAM_RATE_LIMITED | 429",
                "{\"error\":{\"message\":\"m\",\"type\":\"rate_limit_error\"}} | UPSTREAM_RATE_LIMITED | 429",
                "{\"error\":{\"message\":\"m\",\"status\":429}} | UPSTREAM_RATE_LIMITED | 429",
                "{\"error\":{\"message\":\"m\",\"code\":\"context_length_exceeded\",\"type\":\"invalid_request_error\"}} | CONTEXT_TOO_LONG | 400",
                "{\"error\":{\"message\":\"m\",\"code\":\"content_filter\",\"status\":400}} | CONTENT_FILTERED | 400",
                "{\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"m\",\"param\":null} | UPSTREAM_RATE_LIMITED | 429",
                "{\"object\":\"error\",\"message\":\"m\",\"code\":500,\"error\":{}} | UPSTREAM_FAILED | 500"
            })
    void fails_the_try_at_an_error_that_another_backend_may_not_have(String data, ErrorKind kind, int status) {
        for (Endpoint endpoint : List.of(Endpoint.CHAT, Endpoint.RESPONSES, Endpoint.IMAGES)) {
            CallFailure failure = failed(judge(endpoint, "data: " + data));
            assertThat(failure.error().kind()).isEqualTo(kind);
            assertThat(failure.fault())
                    .isNotNull()
                    .extracting(UpstreamFault::status)
                    .isEqualTo(status);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"message\":\"m\",\"type\":\"invalid_request_error\"}}",
                "{\"error\":{\"message\":\"m\",\"type\":\"invalid_request_error\",\"code\":\"model_not_found\"}}",
                "{\"error\":{\"message\":\"m\",\"code\":400}}",
                "{\"error\":{\"message\":\"m\",\"code\":\"404\"}}",
                "{\"error\":{\"message\":\"m\",\"status\":422}}",
                "{\"error\":{\"message\":\"m\",\"status\":413,\"type\":\"server_error\"}}"
            })
    void commits_an_error_that_is_the_callers_fault(String data) {
        assertThat(judge(Endpoint.CHAT, ROLE, "data: " + data)).isEqualTo(Verdict.CALLERS_FAULT);
    }

    @Test
    void tells_when_to_come_back_as_the_head_said_it() {
        Opening opening = new Opening(
                "up",
                Endpoint.CHAT,
                MultiMap.caseInsensitiveMultiMap().addAll(Map.of("x-ratelimit-reset-tokens", "2s")));
        byte[] event = bytes("data: {\"error\":{\"code\":\"rate_limit_exceeded\"}}");
        assertThat(failed(opening.judge(event, 0, event.length)).error().retryAfter())
                .hasSeconds(2);
    }

    @Test
    void commits_every_other_endpoint_at_its_first_event() {
        assertThat(judge(Endpoint.IMAGES, ": hello")).isEqualTo(Verdict.WAIT);
        assertThat(judge(Endpoint.IMAGES, "data: {\"type\":\"image_generation.partial_image\"}"))
                .isEqualTo(Verdict.COMMIT);
        assertThat(judge(Endpoint.SPEECH, "data: anything")).isEqualTo(Verdict.COMMIT);
    }

    private static Verdict judge(Endpoint endpoint, String... events) {
        Opening opening = new Opening("up", endpoint, MultiMap.caseInsensitiveMultiMap());
        Verdict last = Verdict.WAIT;
        for (String event : events) {
            byte[] bytes = bytes(event.strip() + "\n\n");
            last = opening.judge(bytes, 0, bytes.length);
        }
        return last;
    }

    private static CallFailure failed(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Failed.class);
        return ((Verdict.Failed) verdict).failure();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
