// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the demo models need to know of a request, whichever of the text endpoints it came by.
 *
 * @param texts the last user text, or each prompt of a completions request
 * @param maxTokens limit of each choice
 * @param n choices for each text
 * @param toolResult what a tool answered, if that is how the conversation ends, or null
 * @param tool the function that the request lets the model call, or null
 */
record Ask(
        String model,
        boolean stream,
        boolean includeUsage,
        List<String> texts,
        int promptTokens,
        int maxTokens,
        int n,
        @Nullable String toolResult,
        @Nullable Tool tool,
        Format format) {

    private static final int MOST_CHOICES = 128;
    private static final long MOST_TEXT = 4_000_000;

    Ask {
        long choices = (long) texts.size() * n;
        long text = texts.stream().mapToLong(String::length).sum() * n;
        if (choices > MOST_CHOICES || (choices > 1 && text > MOST_TEXT)) {
            throw Refusal.invalid(
                    "The demo backend gives at most " + MOST_CHOICES + " choices, of short prompts.", "n");
        }
    }

    String text(int choice) {
        return texts.get(choice / n);
    }

    int choices() {
        return texts.size() * n;
    }

    /** A function and the arguments of a call, made from the schema of its parameters. */
    record Tool(String name, JsonNode parameters) {
        String arguments() {
            return parameters.isObject() ? SchemaInstance.of(parameters).toString() : "{}";
        }
    }

    /** The wanted shape of a JSON answer: an instance of the schema if there is one, else an object with the user's text. */
    record Format(@Nullable JsonNode schema) {
        String document(String asked) {
            if (schema != null) {
                return SchemaInstance.of(schema).toString();
            }
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("question", asked)
                    .put("answer", "demo")
                    .toString();
        }
    }
}
