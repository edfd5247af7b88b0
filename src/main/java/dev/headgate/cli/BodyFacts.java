// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code explain} has to know of a request body.
 *
 * @param model the model it names, or null
 * @param members the top-level members, and for scalars their text
 * @param stream whether it asks for a stream
 * @param asksUsage whether it asks for the stream's usage itself
 */
record BodyFacts(@Nullable String model, Map<String, String> members, boolean stream, boolean asksUsage) {

    /**
     * Reads a JSON object.
     *
     * @throws Failure if it is none, with the place
     */
    static BodyFacts read(byte[] json) {
        Map<String, String> members = new LinkedHashMap<>();
        boolean asksUsage = false;
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Failure("the body is not a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                members.put(name, value.isScalarValue() ? parser.getText() : "...");
                if (name.equals("stream_options") && value == JsonToken.START_OBJECT) {
                    asksUsage = includesUsage(parser);
                } else {
                    parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw new Failure("the body goes on after its JSON object");
            }
        } catch (JsonProcessingException e) {
            throw new Failure(
                    "the body is not valid JSON, line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ": " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new Failure("cannot read the body: " + e.getMessage());
        }
        boolean stream = "true".equals(members.get("stream"));
        return new BodyFacts(members.get("model"), members, stream, asksUsage);
    }

    /** Whether it is a chat or text completion, the two endpoints whose streams have to be asked for usage. */
    boolean isCompletion() {
        return members.containsKey("messages") || members.containsKey("prompt");
    }

    private static boolean includesUsage(JsonParser parser) throws IOException {
        boolean asks = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            parser.skipChildren();
            asks |= name.equals("include_usage") && value == JsonToken.VALUE_TRUE;
        }
        return asks;
    }
}
