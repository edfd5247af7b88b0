// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.headgate.call.Call;
import dev.headgate.call.Endpoint;
import dev.headgate.call.Reply;
import dev.headgate.call.RequestBody;
import dev.headgate.call.UnaryReply;
import dev.headgate.call.Usage;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/**
 * A fixed text in the shape of a model's answer, after OpenAI's API reference (chat completions, completions, responses): complete,
 * so that every client can show it, and free of tokens.
 */
final class DegradedAnswer {
    private static final JsonFactory JSON = new JsonFactory();

    private final Call call;
    private final String text;
    private final String model;
    private final long created = System.currentTimeMillis() / 1000;

    private DegradedAnswer(Call call, String text) {
        this.call = call;
        this.text = text;
        this.model = String.valueOf(call.body().model());
    }

    /** Whether the endpoint answers with text. */
    static boolean fits(Endpoint endpoint) {
        return endpoint == Endpoint.CHAT || endpoint == Endpoint.COMPLETIONS || endpoint == Endpoint.RESPONSES;
    }

    static Reply of(Call call, String text) {
        DegradedAnswer answer = new DegradedAnswer(call, text);
        boolean stream = call.body().stream();
        String body = call.endpoint() == Endpoint.RESPONSES
                ? answer.responses(stream)
                : stream ? answer.chunks() : answer.completion();
        return new UnaryReply(
                200,
                MultiMap.caseInsensitiveMultiMap()
                        .add("content-type", stream ? "text/event-stream; charset=utf-8" : "application/json"),
                Buffer.buffer(body),
                new Usage(0, 0, 0, 0),
                "stop");
    }

    private boolean isChat() {
        return call.endpoint() == Endpoint.CHAT;
    }

    private String completion() {
        return json(out -> {
            head(out, isChat() ? "chat.completion" : "text_completion");
            out.writeArrayFieldStart("choices");
            out.writeStartObject();
            out.writeNumberField("index", 0);
            content(out, "message");
            out.writeNullField("logprobs");
            out.writeStringField("finish_reason", "stop");
            out.writeEndObject();
            out.writeEndArray();
            usage(out, "prompt_tokens", "completion_tokens");
        });
    }

    private String chunks() {
        String kind = isChat() ? "chat.completion.chunk" : "text_completion";
        String first = json(out -> {
            head(out, kind);
            out.writeArrayFieldStart("choices");
            out.writeStartObject();
            out.writeNumberField("index", 0);
            content(out, "delta");
            out.writeNullField("finish_reason");
            out.writeEndObject();
            out.writeEndArray();
        });
        String last = json(out -> {
            head(out, kind);
            out.writeArrayFieldStart("choices");
            out.writeStartObject();
            out.writeNumberField("index", 0);
            if (isChat()) {
                out.writeObjectFieldStart("delta");
                out.writeEndObject();
            } else {
                out.writeStringField("text", "");
            }
            out.writeStringField("finish_reason", "stop");
            out.writeEndObject();
            out.writeEndArray();
        });
        boolean asked = call.body() instanceof RequestBody.Json json && !json.lacksUsageRequest();
        String usage = json(out -> {
            head(out, kind);
            out.writeArrayFieldStart("choices");
            out.writeEndArray();
            usage(out, "prompt_tokens", "completion_tokens");
        });
        return data(first) + data(last) + (asked ? data(usage) : "") + data("[DONE]");
    }

    private void content(JsonGenerator out, String member) throws IOException {
        if (!isChat()) {
            out.writeStringField("text", text);
            return;
        }
        out.writeObjectFieldStart(member);
        out.writeStringField("role", "assistant");
        out.writeStringField("content", text);
        out.writeEndObject();
    }

    private void head(JsonGenerator out, String object) throws IOException {
        out.writeStringField("id", (isChat() ? "chatcmpl-" : "cmpl-") + call.id());
        out.writeStringField("object", object);
        out.writeNumberField("created", created);
        out.writeStringField("model", model);
    }

    private String responses(boolean stream) {
        return stream
                ? new DegradedResponse(call.id(), model, created, text).events()
                : json(out -> new DegradedResponse(call.id(), model, created, text).members(out, true));
    }

    static void usage(JsonGenerator out, String input, String output) throws IOException {
        out.writeObjectFieldStart("usage");
        out.writeNumberField(input, 0);
        out.writeNumberField(output, 0);
        out.writeNumberField("total_tokens", 0);
        out.writeEndObject();
    }

    static String data(String json) {
        return "data: " + json + "\n\n";
    }

    /** An object with these members. */
    static String json(Members members) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            members.to(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** Writes members into an object that is open. */
    @FunctionalInterface
    interface Members {
        void to(JsonGenerator out) throws IOException;
    }
}
