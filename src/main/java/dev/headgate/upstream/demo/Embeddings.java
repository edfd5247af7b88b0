// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;

/** Embeddings without meaning: the direction of a vector is drawn from the hash of the text. Any model name will do. */
final class Embeddings {
    private static final int DIMENSIONS = 256;
    private static final int MOST_DIMENSIONS = 4096;
    private static final int MOST_INPUTS = 2048;
    private static final int MOST_NUMBERS = 1_000_000;

    private Embeddings() {}

    static Buffer answer(JsonNode body) {
        var model = AskReader.model(body);
        var inputs = inputs(body.path("input"));
        int dimensions = dimensions(body);
        if ((long) inputs.size() * dimensions > MOST_NUMBERS) {
            throw Refusal.invalid("The demo backend makes at most " + MOST_NUMBERS + " numbers at a time.", "input");
        }
        boolean base64 = base64(body);
        int tokens = inputs.stream().mapToInt(Tokens::count).sum();
        return Json.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("object", "list");
            json.writeArrayFieldStart("data");
            for (int i = 0; i < inputs.size(); i++) {
                json.writeStartObject();
                json.writeStringField("object", "embedding");
                json.writeNumberField("index", i);
                json.writeFieldName("embedding");
                write(json, vector(inputs.get(i), dimensions), base64);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeStringField("model", model);
            json.writeObjectFieldStart("usage");
            json.writeNumberField("prompt_tokens", tokens);
            json.writeNumberField("total_tokens", tokens);
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    /** A vector of length 1; equal texts have equal vectors. */
    static float[] vector(String text, int dimensions) {
        var random = new SplittableRandom(Fingerprint.of(text).seed());
        var drawn = random.doubles(dimensions).map(x -> x - 0.5).toArray();
        double square = 0;
        for (double x : drawn) {
            square += x * x;
        }
        var vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) (drawn[i] / Math.sqrt(square));
        }
        return vector;
    }

    private static List<String> inputs(JsonNode input) {
        boolean text = input.isTextual() && !input.asText().isEmpty();
        boolean array = input.isArray() && !input.isEmpty() && input.size() <= MOST_INPUTS;
        boolean tokens = input.isArray() && input.path(0).isNumber();
        if (!text && !array && !tokens) {
            throw Refusal.invalid("'input' must be a string or an array of 1 to " + MOST_INPUTS + " inputs.", "input");
        }
        return AskReader.prompts(input);
    }

    private static int dimensions(JsonNode body) {
        int dimensions = AskReader.positive(body, "dimensions", DIMENSIONS);
        if (dimensions > MOST_DIMENSIONS) {
            throw Refusal.invalid("'dimensions' must be at most " + MOST_DIMENSIONS + ".", "dimensions");
        }
        return dimensions;
    }

    private static boolean base64(JsonNode body) {
        return switch (body.path("encoding_format").asText("float")) {
            case "float", "null" -> false;
            case "base64" -> true;
            default -> throw Refusal.invalid("'encoding_format' must be float or base64.", "encoding_format");
        };
    }

    private static void write(JsonGenerator json, float[] vector, boolean base64) throws IOException {
        if (base64) {
            var bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(vector);
            json.writeString(Base64.getEncoder().encodeToString(bytes.array()));
            return;
        }
        json.writeStartArray();
        for (float x : vector) {
            json.writeNumber(x);
        }
        json.writeEndArray();
    }
}
