// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.headgate.call.CallFailure;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonBodyTest {
    private static JsonBody parse(String json) {
        return parse(json, Endpoint.CHAT);
    }

    private static JsonBody parse(String json, Endpoint endpoint) {
        return JsonBody.parse(json.getBytes(UTF_8), endpoint, () -> {});
    }

    private static String sent(String json, Targets target) {
        return Targets.text(parse(json).to(target.build()));
    }

    @Test
    void sends_the_clients_own_bytes_when_nothing_is_to_edit() {
        String json =
                " {\n\t\"model\" : \"m\" , \"n\":12345678901234567890, \"x\":\"\\ud83d\", \"x\":1e999,\"y\": [ ]} \r\n";
        assertThat(sent(json, Targets.plain())).isEqualTo(json);
        assertThat(sent(json, Targets.plain().id("m"))).isEqualTo(json);
    }

    @Test
    void replaces_only_the_value_of_model() {
        assertThat(sent(
                        "{ \"a\" : 1 , \"model\" : \"m\"  , \"b\":[{\"model\":\"m\"}]}",
                        Targets.plain().id("gpt\"4")))
                .isEqualTo("{ \"a\" : 1 , \"model\" : \"gpt\\\"4\"  , \"b\":[{\"model\":\"m\"}]}");
    }

    @Test
    void knows_model_by_its_name_however_that_is_escaped() {
        JsonBody body = parse("{\"mod\\u0065l\":\"a\\u002fb\"}");
        assertThat(body.model()).isEqualTo("a/b");
        assertThat(Targets.text(body.to(Targets.plain().id("x").build()))).isEqualTo("{\"mod\\u0065l\":\"x\"}");
    }

    @Test
    void finds_model_behind_a_megabyte_of_prompt() {
        String prompt = "wörd \\\" ".repeat(150_000);
        String json = "{\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}],\"model\":\"m\"}";
        assertThat(sent(json, Targets.plain().id("other"))).isEqualTo(json.replace("\"m\"}", "\"other\"}"));
    }

    @Test
    void passes_strings_longer_than_what_it_decodes_and_integers_of_any_size() {
        String json = "{\"input\":\"" + "x".repeat(2_000_000) + "\",\"n\":" + "9".repeat(1000) + ",\"model\":\"m\"}";
        assertThat(sent(json, Targets.plain().id("o"))).isEqualTo(json.replace("\"m\"", "\"o\""));
    }

    @Test
    void replaces_every_occurrence_of_a_member_that_is_set() {
        assertThat(sent(
                        "{\"t\":1,\"model\":\"m\",\"t\": {\"a\":2} }",
                        Targets.plain().set("t", "0.5")))
                .isEqualTo("{\"t\":0.5,\"model\":\"m\",\"t\": 0.5 }");
    }

    @Test
    void inserts_what_is_set_and_absent_behind_the_brace() {
        assertThat(sent("{ \"model\":\"m\"}", Targets.plain().set("t", "0.5").set("u\"", "[]")))
                .isEqualTo("{\"t\":0.5,\"u\\\"\":[], \"model\":\"m\"}");
    }

    @Test
    void adds_a_default_only_if_the_client_says_nothing() {
        Targets target = Targets.plain().byDefault("t", "1");
        assertThat(sent("{\"model\":\"m\"}", target)).isEqualTo("{\"t\":1,\"model\":\"m\"}");
        assertThat(sent("{\"model\":\"m\",\"t\":null}", target)).isEqualTo("{\"model\":\"m\",\"t\":null}");
        assertThat(sent("{\"model\":\"m\"}", target.set("t", "2"))).isEqualTo("{\"t\":2,\"model\":\"m\"}");
    }

    @Test
    void inserts_into_an_empty_object_without_a_comma() {
        JsonBody body = parse("{ }", Endpoint.CONVERSATIONS_CREATE);
        assertThat(Targets.text(body.to(Targets.plain().set("t", "1").build()))).isEqualTo("{\"t\":1 }");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'model':'m','stream':true} | {'stream_options':{'include_usage':true},'model':'m','stream':true}",
                "{'stream_options': null,'stream':true,'model':'m'} | {'stream_options': {'include_usage':true},'stream':true,'model':'m'}",
                "{'stream_options':{ },'stream':true,'model':'m'} | {'stream_options':{'include_usage':true },'stream':true,'model':'m'}",
                "{'stream_options':{'x' :1},'stream':true,'model':'m'} | {'stream_options':{'include_usage':true,'x' :1},'stream':true,'model':'m'}",
                "{'stream_options':{'include_usage': false ,'x':{}},'stream':true,'model':'m'} | {'stream_options':{'include_usage': true ,'x':{}},'stream':true,'model':'m'}",
                "{'stream_options':{'x':{'include_usage':true},'include_usage':null},'stream':true,'model':'m'} | {'stream_options':{'x':{'include_usage':true},'include_usage':true},'stream':true,'model':'m'}",
            })
    void asks_a_stream_for_usage_that_the_client_did_not_ask_for(String said, String sent) {
        JsonBody body = parse(said.replace('\'', '"'));
        assertThat(body.lacksUsageRequest()).isTrue();
        assertThat(Targets.text(body.to(Targets.asking().build()))).isEqualTo(sent.replace('\'', '"'));
        assertThat(Targets.text(body.to(Targets.plain().build()))).isEqualTo(said.replace('\'', '"'));
    }

    @Test
    void leaves_a_client_alone_that_asks_itself_or_does_not_stream() {
        for (String json : List.of(
                "{\"stream\":true,\"model\":\"m\",\"stream_options\":{\"include_usage\":true}}",
                "{\"stream\":false,\"model\":\"m\",\"stream_options\":{}}",
                "{\"stream\":null,\"model\":\"m\"}")) {
            assertThat(parse(json).lacksUsageRequest()).isFalse();
            assertThat(sent(json, Targets.asking())).isEqualTo(json);
        }
        JsonBody responses = parse("{\"stream\":true,\"model\":\"m\"}", Endpoint.RESPONSES);
        assertThat(responses.lacksUsageRequest()).isFalse();
        assertThat(Targets.text(responses.to(Targets.asking().build()))).isEqualTo("{\"stream\":true,\"model\":\"m\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'x':1} | {'include_usage':true,'x':1}",
                "{'include_usage':false} | {'include_usage':false}",
                "null | {'include_usage':true}",
            })
    void merges_the_request_for_usage_into_configured_options_that_do_not_speak_of_it(String set, String sent) {
        Targets target = Targets.asking().set("stream_options", set.replace('\'', '"'));
        assertThat(sent("{\"stream\":true,\"model\":\"m\",\"stream_options\":{\"y\":1}}", target))
                .isEqualTo("{\"stream\":true,\"model\":\"m\",\"stream_options\":" + sent.replace('\'', '"') + "}");
        Targets byDefault = Targets.asking().byDefault("stream_options", set.replace('\'', '"'));
        assertThat(sent("{\"stream\":true,\"model\":\"m\"}", byDefault))
                .isEqualTo("{\"stream_options\":" + sent.replace('\'', '"') + ",\"stream\":true,\"model\":\"m\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "'' | - | The request body is empty; it must be a JSON object.",
                "' ~' | - | The request body is blank; it must be a JSON object.",
                "[] | - | The request body must be a JSON object, but it is an array.",
                "'\"x\"' | - | The request body must be a JSON object, but it is a string.",
                "null | - | The request body must be a JSON object, but it is null.",
                "{} | model | The request body has no 'model'; Headgate chooses the backend by it. Name one that GET /v1/models lists.",
                "{\"model\":~ 7} | model | 'model' must be a string, but it is a number at line 2, column 2.",
                "{\"model\":null} | model | 'model' must be a string, but it is null at line 1, column 10.",
                "{\"model\":{}} | model | 'model' must be a string, but it is an object at line 1, column 10.",
                "{\"model\":\" \"} | model | 'model' is empty; it must name a model.",
                "{\"model\":\"a\\nb\"} | model | 'model' holds a control character.",
                "{\"model\":\"a\",\"model\":\"a\"} | model | The request body says 'model' twice; the second is at line 1, column 22.",
                "{\"stream\":null,\"stream\":true} | stream | The request body says 'stream' twice; the second is at line 1, column 25.",
                "{\"stream_options\":{},\"stream_options\":{}} | stream_options | The request body says 'stream_options' twice; the second is at line 1, column 39.",
                "{\"stream\":\"yes\"} | stream | 'stream' must be a boolean, but it is a string at line 1, column 11.",
                "{\"stream_options\":[]} | stream_options | 'stream_options' must be an object, but it is an array at line 1, column 19.",
                "{\"stream_options\":{\"include_usage\":1}} | stream_options.include_usage | 'stream_options.include_usage' must be a boolean, but it is a number at line 1, column 36.",
                "{\"model\":\"m\"} x | - | The request body goes on after the end of its JSON object at line 1, column 15.",
                "{\"model\":\"m\"}{} | - | The request body goes on after the end of its JSON object at line 1, column 14.",
                "{\"model\":\"m\", | - | The request body is not valid JSON at line 1, column 14: Unexpected end-of-input within/between Object entries",
                "{\"model\":\"m\" | - | The request body is not valid JSON at line 1, column 13: Unexpected end-of-input: expected close marker for Object (start marker at line: 1, column: 1)",
                "{\"a\":NaN} | - | The request body is not valid JSON at line 1, column 9: Non-standard token 'NaN'",
                "{'a':1} | - | The request body is not valid JSON at line 1, column 2: Unexpected character (''' (code 39)): was expecting double-quote to start field name",
            })
    void says_what_is_wrong_and_where(String json, String param, String message) {
        CallFailure failure = catchThrowableOfType(
                CallFailure.class, () -> parse(unquoted(json).replace('~', '\n')));
        assertThat(failure.error().message()).isEqualTo(message);
        assertThat(failure.error().param()).isEqualTo(param);
        assertThat(failure.error().kind()).isEqualTo(ErrorKind.INVALID_REQUEST);
    }

    private static String unquoted(String cell) {
        return cell.length() > 1 && cell.startsWith("'") && cell.endsWith("'")
                ? cell.substring(1, cell.length() - 1)
                : cell;
    }

    @Test
    void refuses_a_byte_order_mark_and_other_encodings() {
        assertThatThrownBy(() -> parse("\ufeff{\"model\":\"m\"}")).hasMessageContaining("byte order mark");
        byte[] utf16 = "{\"model\":\"m\"}".getBytes(java.nio.charset.StandardCharsets.UTF_16LE);
        assertThatThrownBy(() -> JsonBody.parse(utf16, Endpoint.CHAT, () -> {}))
                .isInstanceOf(CallFailure.class)
                .hasMessageStartingWith("The request body is not valid JSON at line 1, column 3");
        byte[] latin = "{\"model\":\"m\",\"x\":\"é\"}".getBytes(ISO_8859_1);
        assertThatThrownBy(() -> JsonBody.parse(latin, Endpoint.CHAT, () -> {}))
                .isInstanceOf(CallFailure.class)
                .hasMessageContaining("Invalid UTF-8");
    }

    @Test
    void refuses_a_model_longer_than_256_characters_of_whatever_length() {
        for (int length : new int[] {257, 1 << 20}) {
            assertThatThrownBy(() -> parse("{\"model\":\"" + "m".repeat(length) + "\"}"))
                    .isInstanceOf(CallFailure.class)
                    .hasMessage("'model' is longer than 256 characters.");
        }
        assertThat(parse("{\"model\":\"" + "m".repeat(256) + "\"}").model()).hasSize(256);
    }

    @Test
    void refuses_deeper_nesting_than_64() {
        assertThat(parse("{\"model\":\"m\",\"x\":" + "[".repeat(63) + "]".repeat(63) + "}")
                        .model())
                .isEqualTo("m");
        assertThatThrownBy(() -> parse("{\"model\":\"m\",\"x\":" + "[".repeat(20_000)))
                .isInstanceOf(CallFailure.class)
                .hasMessageEndingWith("Document nesting depth (65) exceeds the maximum allowed (64)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CHAT", "COMPLETIONS", "EMBEDDINGS", "RESPONSES", "MODERATIONS", "IMAGES", "SPEECH"})
    void asks_for_model_on_every_metered_endpoint(String endpoint) {
        assertThatThrownBy(() -> parse("{}", Endpoint.valueOf(endpoint))).hasMessageContaining("has no 'model'");
    }

    @Test
    void needs_no_model_where_the_backend_keeps_the_object() {
        assertThat(parse("{\"purpose\":\"x\"}", Endpoint.UPLOADS_CREATE).model())
                .isNull();
    }

    @Test
    void sees_an_event_stream_of_speech_by_its_own_word() {
        assertThat(parse("{\"model\":\"m\",\"stream_format\":\"sse\"}", Endpoint.SPEECH).stream())
                .isTrue();
        assertThat(parse("{\"model\":\"m\",\"stream_format\":\"audio\"}", Endpoint.SPEECH).stream())
                .isFalse();
    }

    @Test
    void sees_background_work() {
        assertThat(parse("{\"model\":\"m\",\"background\":true}").background()).isTrue();
        assertThat(parse("{\"model\":\"m\",\"background\":false}").background()).isFalse();
    }

    @Test
    void passes_member_names_with_lone_surrogates() {
        String json = "{\"\\ud83d\":1,\"model\":\"m\",\"\\ude00x\":{\"\\ud83d\":2}}";
        assertThat(sent(json, Targets.plain().id("o"))).isEqualTo(json.replace("\"m\"", "\"o\""));
    }

    @Test
    void drops_its_bytes_once() {
        List<String> released = new ArrayList<>();
        JsonBody body = JsonBody.parse("{\"model\":\"m\"}".getBytes(UTF_8), Endpoint.CHAT, () -> released.add("x"));
        body.release();
        body.release();
        assertThat(released).hasSize(1);
        assertThatThrownBy(() -> body.to(Targets.plain().build())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void takes_set_model_over_the_id() {
        assertThat(sent("{\"model\":\"m\"}", new Targets("id", Map.of("model", "\"s\""), Map.of(), false)))
                .isEqualTo("{\"model\":\"s\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "user":"ann"                                | ann
            "safety_identifier":"b"                     | b
            "safety_identifier":"b","user":"ann"        | ann
            "user":"a\\u006en\\"\\\\"                     | ann"\\
            "user":""                                   |
            "user":null                                 |
            "user":7                                    |
            "user":{"user":"x"}                         |
            "metadata":{"user":"x"}                     |
            """)
    void knows_the_callers_own_user(String members, String user) {
        assertThat(parse("{\"model\":\"m\"," + members + "}").user()).isEqualTo(user);
    }

    @Test
    void a_user_of_more_than_256_characters_is_nobody_and_passes_as_it_is() {
        assertThat(parse(user("x".repeat(256))).user()).hasSize(256);
        assertThat(parse(user("\\u00e4".repeat(256))).user()).hasSize(256);
        for (int length : new int[] {257, 5_000, 200_000}) {
            String json = user("x".repeat(length));
            assertThat(parse(json).user()).isNull();
            assertThat(sent(json, Targets.plain())).isEqualTo(json);
        }
    }

    private static String user(String name) {
        return "{\"user\":\"" + name + "\",\"model\":\"m\"}";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "max_tokens":5                              | 5          | 1
            "max_completion_tokens":7,"max_tokens":5    | 7          | 1
            "max_output_tokens":9,"n":3                 | 9          | 3
            "n":2,"best_of":4                           | -1         | 4
            "max_tokens":0                              | 0          | 1
            "max_tokens":-5,"n":-1                      | -1         | 1
            "max_tokens":1.5,"n":null                   | -1         | 1
            "max_tokens":99999999999999999999           | 2147483647 | 1
            "n":99999999999                             | -1         | 1000
            """)
    void knows_how_much_may_be_answered(String members, long maxTokens, int choices) {
        JsonBody body = parse("{\"model\":\"m\"," + members + "}");
        assertThat(body.maxTokens()).isEqualTo(maxTokens);
        assertThat(body.choices()).isEqualTo(choices);
    }

    @Test
    void gives_the_text_of_a_member_and_refuses_to_choose_between_two() {
        JsonBody body = parse("{\"model\":\"a\",\"service\\u005ftier\" : \"flex\" ,\"n\":1,\"n\":2}");

        assertThat(body.member("service_tier")).isEqualTo("\"flex\"");
        assertThat(body.member("tools")).isNull();
        assertThatThrownBy(() -> body.member("n")).hasMessageContaining("'n' twice");
        body.release();
        assertThat(body.member("service_tier")).isNull();
    }
}
