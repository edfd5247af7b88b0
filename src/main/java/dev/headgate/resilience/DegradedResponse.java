// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** A degraded answer in the shape of the Responses API: one message with one text, whole or as the events that build it up. */
final class DegradedResponse {
    private final String id;
    private final String model;
    private final long created;
    private final String text;
    private int sequence;

    DegradedResponse(String callId, String model, long created, String text) {
        this.id = callId;
        this.model = model;
        this.created = created;
        this.text = text;
    }

    /** The members of the response object, with or without its message. */
    void members(JsonGenerator out, boolean complete) throws IOException {
        out.writeStringField("id", "resp_" + id);
        out.writeStringField("object", "response");
        out.writeNumberField("created_at", created);
        out.writeStringField("status", complete ? "completed" : "in_progress");
        out.writeNullField("error");
        out.writeNullField("incomplete_details");
        out.writeStringField("model", model);
        out.writeArrayFieldStart("output");
        if (complete) {
            message(out, true);
        }
        out.writeEndArray();
        if (complete) {
            DegradedAnswer.usage(out, "input_tokens", "output_tokens");
        }
    }

    String events() {
        StringBuilder all = new StringBuilder();
        all.append(event("response.created", out -> response(out, false)));
        all.append(event("response.output_item.added", out -> {
            out.writeNumberField("output_index", 0);
            out.writeFieldName("item");
            message(out, false);
        }));
        all.append(event("response.content_part.added", out -> part(out, "")));
        all.append(event("response.output_text.delta", out -> {
            place(out);
            out.writeStringField("delta", text);
        }));
        all.append(event("response.output_text.done", out -> {
            place(out);
            out.writeStringField("text", text);
        }));
        all.append(event("response.content_part.done", out -> part(out, text)));
        all.append(event("response.output_item.done", out -> {
            out.writeNumberField("output_index", 0);
            out.writeFieldName("item");
            message(out, true);
        }));
        return all.append(event("response.completed", out -> response(out, true)))
                .toString();
    }

    private String event(String type, DegradedAnswer.Members members) {
        return "event: " + type + "\n"
                + DegradedAnswer.data(DegradedAnswer.json(out -> {
                    out.writeStringField("type", type);
                    out.writeNumberField("sequence_number", sequence++);
                    members.to(out);
                }));
    }

    private void response(JsonGenerator out, boolean complete) throws IOException {
        out.writeObjectFieldStart("response");
        members(out, complete);
        out.writeEndObject();
    }

    private void message(JsonGenerator out, boolean complete) throws IOException {
        out.writeStartObject();
        out.writeStringField("type", "message");
        out.writeStringField("id", "msg_" + id);
        out.writeStringField("status", complete ? "completed" : "in_progress");
        out.writeStringField("role", "assistant");
        out.writeArrayFieldStart("content");
        if (complete) {
            text(out, text);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private void part(JsonGenerator out, String said) throws IOException {
        place(out);
        out.writeFieldName("part");
        text(out, said);
    }

    private static void text(JsonGenerator out, String said) throws IOException {
        out.writeStartObject();
        out.writeStringField("type", "output_text");
        out.writeStringField("text", said);
        out.writeArrayFieldStart("annotations");
        out.writeEndArray();
        out.writeEndObject();
    }

    private void place(JsonGenerator out) throws IOException {
        out.writeStringField("item_id", "msg_" + id);
        out.writeNumberField("output_index", 0);
        out.writeNumberField("content_index", 0);
    }
}
