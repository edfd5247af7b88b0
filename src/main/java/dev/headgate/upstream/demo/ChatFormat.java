// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes answers as chat completions or as the older text completions, whole or as events, after the OpenAI API reference.
 * {@code created} never changes, so that equal requests get equal bytes.
 */
record ChatFormat(boolean chat, Ask ask, List<Answer> answers, String id) {
    static final long CREATED = 1_700_000_000L;

    static ChatFormat of(boolean chat, Ask ask, List<Answer> answers, Fingerprint fingerprint) {
        return new ChatFormat(chat, ask, answers, fingerprint.id(chat ? "chatcmpl-" : "cmpl-"));
    }

    Buffer whole() {
        return Json.bytes(json -> {
            head(json, chat ? "chat.completion" : "text_completion");
            json.writeArrayFieldStart("choices");
            for (int i = 0; i < answers.size(); i++) {
                choice(json, i);
            }
            json.writeEndArray();
            json.writeFieldName("usage");
            usage(json);
            json.writeEndObject();
        });
    }

    /** The events of a stream, made as they are asked for; several choices take turns, token by token. */
    Iterator<Frame> events() {
        int steps = answers.stream().mapToInt(a -> a.pieces().size()).max().orElse(0);
        var openings = chat ? each().mapToObj(this::opening) : Stream.<Frame>empty();
        int n = answers.size();
        var tokens = IntStream.range(0, steps * n)
                .filter(i -> i / n < answers.get(i % n).pieces().size())
                .mapToObj(i -> token(i % n, i / n));
        var closings = each().mapToObj(this::closing);
        var usage = ask.includeUsage() ? Stream.of(usageChunk()) : Stream.<Frame>empty();
        var done = Stream.of(new Frame(0, Buffer.buffer("data: [DONE]\n\n")));
        return Frame.concat(List.of(openings, tokens, closings, usage, done)).iterator();
    }

    private IntStream each() {
        return IntStream.range(0, answers.size());
    }

    private void choice(JsonGenerator json, int index) throws IOException {
        var answer = answers.get(index);
        json.writeStartObject();
        json.writeNumberField("index", index);
        if (chat) {
            json.writeObjectFieldStart("message");
            json.writeStringField("role", "assistant");
            json.writeStringField("content", answer.tool() == null ? answer.text() : null);
            json.writeNullField("refusal");
            if (answer.tool() != null) {
                toolCall(json, index, answer.tool(), answer.text(), false);
            }
            json.writeEndObject();
        } else {
            json.writeStringField("text", answer.text());
        }
        json.writeNullField("logprobs");
        json.writeStringField("finish_reason", answer.finishReason());
        json.writeEndObject();
    }

    private Frame opening(int index) {
        var answer = answers.get(index);
        return chunk(index, answer.pace().due(0), null, json -> {
            json.writeStringField("role", "assistant");
            json.writeStringField("content", answer.tool() == null ? "" : null);
            json.writeNullField("refusal");
            if (answer.tool() != null) {
                toolCall(json, index, answer.tool(), "", true);
            }
        });
    }

    private Frame token(int index, int step) {
        var answer = answers.get(index);
        var piece = answer.pieces().get(step);
        return chunk(index, answer.pace().due(step), null, json -> {
            if (answer.tool() == null) {
                json.writeStringField(chat ? "content" : "text", piece);
            } else {
                json.writeArrayFieldStart("tool_calls");
                json.writeStartObject();
                json.writeNumberField("index", 0);
                json.writeObjectFieldStart("function");
                json.writeStringField("arguments", piece);
                json.writeEndObject();
                json.writeEndObject();
                json.writeEndArray();
            }
        });
    }

    private Frame closing(int index) {
        return chunk(index, 0, answers.get(index).finishReason(), json -> {
            if (!chat) {
                json.writeStringField("text", "");
            }
        });
    }

    private Frame chunk(int index, long due, @Nullable String finishReason, Json.Writer delta) {
        return new Frame(due, Json.event(json -> {
            head(json, chat ? "chat.completion.chunk" : "text_completion");
            json.writeArrayFieldStart("choices");
            json.writeStartObject();
            json.writeNumberField("index", index);
            if (chat) {
                json.writeObjectFieldStart("delta");
            }
            delta.to(json);
            if (chat) {
                json.writeEndObject();
            }
            json.writeNullField("logprobs");
            json.writeStringField("finish_reason", finishReason);
            json.writeEndObject();
            json.writeEndArray();
            if (ask.includeUsage()) {
                json.writeNullField("usage");
            }
            json.writeEndObject();
        }));
    }

    private Frame usageChunk() {
        return new Frame(0, Json.event(json -> {
            head(json, chat ? "chat.completion.chunk" : "text_completion");
            json.writeArrayFieldStart("choices");
            json.writeEndArray();
            json.writeFieldName("usage");
            usage(json);
            json.writeEndObject();
        }));
    }

    private void head(JsonGenerator json, String object) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", id);
        json.writeStringField("object", object);
        json.writeNumberField("created", CREATED);
        json.writeStringField("model", ask.model());
        json.writeStringField("system_fingerprint", "fp_demo");
    }

    private void toolCall(JsonGenerator json, int choice, String name, String arguments, boolean indexed)
            throws IOException {
        json.writeArrayFieldStart("tool_calls");
        json.writeStartObject();
        if (indexed) {
            json.writeNumberField("index", 0);
        }
        json.writeStringField("id", "call_" + id.substring("chatcmpl-".length()) + choice);
        json.writeStringField("type", "function");
        json.writeObjectFieldStart("function");
        json.writeStringField("name", name);
        json.writeStringField("arguments", arguments);
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndArray();
    }

    private void usage(JsonGenerator json) throws IOException {
        int output = answers.stream().mapToInt(a -> a.pieces().size()).sum();
        json.writeStartObject();
        json.writeNumberField("prompt_tokens", ask.promptTokens());
        json.writeNumberField("completion_tokens", output);
        json.writeNumberField("total_tokens", ask.promptTokens() + output);
        json.writeObjectFieldStart("prompt_tokens_details");
        json.writeNumberField("cached_tokens", 0);
        json.writeEndObject();
        json.writeObjectFieldStart("completion_tokens_details");
        json.writeNumberField("reasoning_tokens", 0);
        json.writeEndObject();
        json.writeEndObject();
    }
}
