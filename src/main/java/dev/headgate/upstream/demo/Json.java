// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** JSON in and out of the demo backend: requests are read as trees, answers are written as streams. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    @FunctionalInterface
    interface Writer {
        void to(JsonGenerator json) throws IOException;
    }

    static Buffer bytes(Writer writer) {
        var bytes = new ByteArrayOutputStream(512);
        try (var json = MAPPER.getFactory().createGenerator(bytes)) {
            writer.to(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Buffer.buffer(bytes.toByteArray());
    }

    /** A server-sent event without a name, as chat completions have them. */
    static Buffer event(Writer writer) {
        return Buffer.buffer("data: ").appendBuffer(bytes(writer)).appendString("\n\n");
    }

    static JsonNode object(Buffer body) {
        try {
            var tree = MAPPER.readTree(body.getBytes());
            if (tree != null && tree.isObject()) {
                return tree;
            }
        } catch (IOException e) {
            throw Refusal.invalid("We could not parse the JSON body of your request.", null);
        }
        throw Refusal.invalid("The body of your request must be a JSON object.", null);
    }
}
