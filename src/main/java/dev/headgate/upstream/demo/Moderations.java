// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.List;

/** Moderation results that never flag anything: one for each text, one for a text with pictures. */
final class Moderations {
    private static final List<String> CATEGORIES = List.of(
            "harassment",
            "harassment/threatening",
            "hate",
            "hate/threatening",
            "illicit",
            "illicit/violent",
            "self-harm",
            "self-harm/instructions",
            "self-harm/intent",
            "sexual",
            "sexual/minors",
            "violence",
            "violence/graphic");

    private Moderations() {}

    static Buffer answer(JsonNode body, Fingerprint fingerprint) {
        var input = body.path("input");
        boolean many = input.isArray() && input.path(0).isTextual();
        var model = body.path("model").asText("demo");
        return Json.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("id", fingerprint.id("modr-"));
            json.writeStringField("model", model);
            json.writeArrayFieldStart("results");
            for (int i = 0; i < (many ? input.size() : 1); i++) {
                result(json);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void result(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeBooleanField("flagged", false);
        json.writeObjectFieldStart("categories");
        for (var category : CATEGORIES) {
            json.writeBooleanField(category, false);
        }
        json.writeEndObject();
        json.writeObjectFieldStart("category_scores");
        for (var category : CATEGORIES) {
            json.writeNumberField(category, 0.0);
        }
        json.writeEndObject();
        json.writeObjectFieldStart("category_applied_input_types");
        for (var category : CATEGORIES) {
            json.writeArrayFieldStart(category);
            json.writeString("text");
            json.writeEndArray();
        }
        json.writeEndObject();
        json.writeEndObject();
    }
}
