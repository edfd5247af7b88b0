// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Writes an answer as a response object, whole or as typed events, after the OpenAI API reference (Responses). */
record ResponsesFormat(Ask ask, Answer answer, String id, String itemId, AtomicInteger sequence) {
    private static final String RUNNING = "in_progress";

    static ResponsesFormat of(Ask ask, Answer answer, Fingerprint fingerprint) {
        var item = fingerprint.id(answer.tool() == null ? "msg_" : "fc_");
        return new ResponsesFormat(ask, answer, fingerprint.id("resp_"), item, new AtomicInteger());
    }

    Buffer whole() {
        return Json.bytes(json -> response(json, status()));
    }

    /** The events of a stream; unlike chat completions it has no {@code [DONE]}. To be called once. */
    Iterator<Frame> events() {
        long first = answer.pace().due(0);
        var middle = answer.tool() == null ? textEvents() : argumentEvents();
        return Frame.concat(List.of(
                        Stream.of("response.created", "response.in_progress").map(name -> lifecycle(0, name, RUNNING)),
                        Stream.of("response.output_item.added").map(name -> item(first, name, RUNNING, "")),
                        middle,
                        Stream.of("response.output_item.done").map(name -> item(0, name, status(), answer.text())),
                        Stream.of("response." + status()).map(name -> lifecycle(0, name, status()))))
                .iterator();
    }

    private String status() {
        return answer.cut() ? "incomplete" : "completed";
    }

    private Stream<Frame> textEvents() {
        return Frame.concat(List.of(
                Stream.of("response.content_part.added").map(name -> part(name, "")),
                deltas("response.output_text.delta"),
                Stream.of("response.output_text.done")
                        .map(name -> inPart(0, name, json -> {
                            json.writeStringField("text", answer.text());
                            emptyArray(json, "logprobs");
                        })),
                Stream.of("response.content_part.done").map(name -> part(name, answer.text()))));
    }

    private Stream<Frame> argumentEvents() {
        return Stream.concat(
                deltas("response.function_call_arguments.delta"),
                Stream.of("response.function_call_arguments.done")
                        .map(name -> inItem(0, name, json -> json.writeStringField("arguments", answer.text()))));
    }

    private Stream<Frame> deltas(String name) {
        return IntStream.range(0, answer.pieces().size()).mapToObj(i -> {
            Json.Writer delta =
                    json -> json.writeStringField("delta", answer.pieces().get(i));
            long due = answer.pace().due(i);
            return answer.tool() != null
                    ? inItem(due, name, delta)
                    : inPart(due, name, json -> {
                        delta.to(json);
                        emptyArray(json, "logprobs");
                    });
        });
    }

    private Frame part(String name, String text) {
        return inPart(0, name, json -> {
            json.writeFieldName("part");
            outputText(json, text);
        });
    }

    private Frame inPart(long due, String name, Json.Writer writer) {
        return inItem(due, name, json -> {
            json.writeNumberField("content_index", 0);
            writer.to(json);
        });
    }

    private Frame inItem(long due, String name, Json.Writer writer) {
        return event(due, name, json -> {
            json.writeStringField("item_id", itemId);
            json.writeNumberField("output_index", 0);
            writer.to(json);
        });
    }

    private Frame item(long due, String name, String status, String text) {
        return event(due, name, json -> {
            json.writeNumberField("output_index", 0);
            json.writeFieldName("item");
            outputItem(json, status, text);
        });
    }

    private Frame lifecycle(long due, String name, String status) {
        return event(due, name, json -> {
            json.writeFieldName("response");
            response(json, status);
        });
    }

    private Frame event(long due, String name, Json.Writer writer) {
        var data = Json.event(json -> {
            json.writeStartObject();
            json.writeStringField("type", name);
            json.writeNumberField("sequence_number", sequence.getAndIncrement());
            writer.to(json);
            json.writeEndObject();
        });
        return new Frame(due, Buffer.buffer("event: " + name + "\n").appendBuffer(data));
    }

    private void response(JsonGenerator json, String status) throws IOException {
        boolean over = !status.equals(RUNNING);
        json.writeStartObject();
        json.writeStringField("id", id);
        json.writeStringField("object", "response");
        json.writeNumberField("created_at", ChatFormat.CREATED);
        json.writeStringField("status", status);
        json.writeNullField("error");
        if (over && answer.cut()) {
            json.writeObjectFieldStart("incomplete_details");
            json.writeStringField("reason", "max_output_tokens");
            json.writeEndObject();
        } else {
            json.writeNullField("incomplete_details");
        }
        json.writeNullField("instructions");
        json.writeStringField("model", ask.model());
        json.writeArrayFieldStart("output");
        if (over) {
            outputItem(json, status, answer.text());
        }
        json.writeEndArray();
        json.writeBooleanField("parallel_tool_calls", true);
        json.writeNumberField("temperature", 1.0);
        json.writeNumberField("top_p", 1.0);
        json.writeStringField("tool_choice", "auto");
        emptyArray(json, "tools");
        json.writeObjectFieldStart("metadata");
        json.writeEndObject();
        json.writeFieldName("usage");
        if (over) {
            usage(json);
        } else {
            json.writeNull();
        }
        json.writeEndObject();
    }

    private void outputItem(JsonGenerator json, String status, String text) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", itemId);
        json.writeStringField("type", answer.tool() == null ? "message" : "function_call");
        json.writeStringField("status", status);
        if (answer.tool() != null) {
            json.writeStringField("call_id", "call_" + id.substring("resp_".length()));
            json.writeStringField("name", answer.tool());
            json.writeStringField("arguments", text);
        } else {
            json.writeStringField("role", "assistant");
            json.writeArrayFieldStart("content");
            if (!status.equals(RUNNING)) {
                outputText(json, text);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void outputText(JsonGenerator json, String text) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "output_text");
        json.writeStringField("text", text);
        emptyArray(json, "annotations");
        emptyArray(json, "logprobs");
        json.writeEndObject();
    }

    private void usage(JsonGenerator json) throws IOException {
        int output = answer.pieces().size();
        json.writeStartObject();
        json.writeNumberField("input_tokens", ask.promptTokens());
        json.writeObjectFieldStart("input_tokens_details");
        json.writeNumberField("cached_tokens", 0);
        json.writeEndObject();
        json.writeNumberField("output_tokens", output);
        json.writeObjectFieldStart("output_tokens_details");
        json.writeNumberField("reasoning_tokens", 0);
        json.writeEndObject();
        json.writeNumberField("total_tokens", ask.promptTokens() + output);
        json.writeEndObject();
    }

    private static void emptyArray(JsonGenerator json, String name) throws IOException {
        json.writeArrayFieldStart(name);
        json.writeEndArray();
    }
}
