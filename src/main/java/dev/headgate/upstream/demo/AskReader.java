// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.headgate.upstream.demo.Ask.Format;
import dev.headgate.upstream.demo.Ask.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Reads the requests of the three text endpoints; a request that OpenAI would refuse for its shape is refused. */
final class AskReader {
    private AskReader() {}

    static Ask chat(JsonNode body) {
        var messages = body.path("messages");
        if (!messages.isArray() || messages.isEmpty()) {
            throw Refusal.invalid("'messages' must be an array with at least one message.", "messages");
        }
        var last = messages.get(messages.size() - 1);
        boolean answered = last.path("role").asText().equals("tool");
        var limit = body.hasNonNull("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
        return new Ask(
                model(body),
                body.path("stream").asBoolean(),
                body.path("stream_options").path("include_usage").asBoolean(),
                List.of(lastUserText(messages)),
                contentTokens(messages),
                positive(body, limit, Integer.MAX_VALUE),
                positive(body, "n", 1),
                answered ? content(last.path("content")) : null,
                tool(body, "function"),
                new Format(
                        schema(body.path("response_format").path("json_schema").path("schema"))));
    }

    static Ask completion(JsonNode body) {
        var prompts = prompts(body.path("prompt"));
        return new Ask(
                model(body),
                body.path("stream").asBoolean(),
                body.path("stream_options").path("include_usage").asBoolean(),
                prompts,
                prompts.stream().mapToInt(Tokens::count).sum(),
                positive(body, "max_tokens", Integer.MAX_VALUE),
                positive(body, "n", 1),
                null,
                null,
                new Format(null));
    }

    static Ask response(JsonNode body) {
        var input = body.path("input");
        if (!input.isTextual() && (!input.isArray() || input.isEmpty())) {
            throw Refusal.invalid("'input' must be a string or an array with at least one item.", "input");
        }
        var last = input.path(input.size() - 1);
        boolean answered = last.path("type").asText().equals("function_call_output");
        return new Ask(
                model(body),
                body.path("stream").asBoolean(),
                true,
                List.of(input.isTextual() ? input.asText() : lastUserText(input)),
                Tokens.count(text(body.path("instructions")))
                        + (input.isTextual() ? Tokens.count(input.asText()) : contentTokens(input)),
                positive(body, "max_output_tokens", Integer.MAX_VALUE),
                1,
                answered ? content(last.path("output")) : null,
                tool(body, null),
                new Format(schema(body.path("text").path("format").path("schema"))));
    }

    static String model(JsonNode body) {
        var model = body.path("model");
        if (!model.isTextual() || model.asText().isEmpty()) {
            throw Refusal.invalid("you must provide a model parameter", "model");
        }
        return model.asText();
    }

    static int positive(JsonNode body, String name, int otherwise) {
        var value = body.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.canConvertToInt() || value.asInt() < 1) {
            throw Refusal.invalid("'" + name + "' must be an integer of at least 1.", name);
        }
        return value.asInt();
    }

    private static String lastUserText(JsonNode messages) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (messages.get(i).path("role").asText().equals("user")) {
                return content(messages.get(i).path("content"));
            }
        }
        return "";
    }

    /** A string, or nothing where there is null or something else. */
    static String text(JsonNode node) {
        return node.isTextual() ? node.asText() : "";
    }

    /** A message's text: a string, or the text parts of an array. */
    private static String content(JsonNode content) {
        if (content.isTextual()) {
            return content.asText();
        }
        var text = new StringBuilder();
        content.forEach(part -> text.append(text(part.path("text"))));
        return text.toString();
    }

    private static int contentTokens(JsonNode messages) {
        int count = 0;
        for (var message : messages) {
            count += Tokens.count(content(message.path("content")));
        }
        return count;
    }

    /** Prompts of a completions request: a string, strings, tokens, or arrays of tokens; tokens become their numbers. */
    static List<String> prompts(JsonNode prompt) {
        if (!prompt.isArray() || prompt.isEmpty()) {
            return List.of(prompt.isTextual() ? prompt.asText() : "");
        }
        if (prompt.get(0).isNumber()) {
            return List.of(numbers(prompt));
        }
        var prompts = new ArrayList<String>();
        prompt.forEach(one -> prompts.add(one.isTextual() ? one.asText() : numbers(one)));
        return prompts;
    }

    private static String numbers(JsonNode tokens) {
        return StreamSupport.stream(tokens.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(" "));
    }

    /**
     * The function that {@code tool_choice} names, else the first one.
     *
     * @param wrapper the member that chat wraps functions in; null for responses, which do not
     */
    private static @Nullable Tool tool(JsonNode body, @Nullable String wrapper) {
        var choice = body.path("tool_choice");
        if (choice.asText().equals("none")) {
            return null;
        }
        var wanted = text(unwrapped(choice, wrapper).path("name"));
        for (var tool : body.path("tools")) {
            var function = unwrapped(tool, wrapper);
            if (function.path("name").isTextual()
                    && (wanted.isEmpty() || wanted.equals(function.path("name").asText()))) {
                return new Tool(function.path("name").asText(), function.path("parameters"));
            }
        }
        return null;
    }

    private static JsonNode unwrapped(JsonNode tool, @Nullable String wrapper) {
        return wrapper == null ? tool : tool.path(wrapper);
    }

    private static @Nullable JsonNode schema(JsonNode schema) {
        return schema instanceof MissingNode || !schema.isObject() ? null : schema;
    }
}
