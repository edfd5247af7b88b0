// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one object tells of ids, by the member names of the OpenAI API reference. Pure.
 *
 * @param id the object's own, or null if it has none
 * @param ids its own, and those of objects that it made: a batch's results, a job's results, an upload's file
 * @param stored false if the object says that the backend does not keep it
 */
record ObjectAnswer(@Nullable String id, Set<String> ids, boolean stored) {
    static final JsonFactory JSON = new JsonFactory();

    /** Reads a document that is one object. */
    static ObjectAnswer of(byte[] json) throws IOException {
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            return at(parser);
        }
    }

    /** Reads the object that the parser stands on, to its end. */
    static ObjectAnswer at(JsonParser parser) throws IOException {
        String id = null;
        boolean stored = true;
        Set<String> ids = new LinkedHashSet<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "id" -> id = add(ids, parser, value);
                case "output_file_id", "error_file_id" -> add(ids, parser, value);
                case "store" -> stored = value != JsonToken.VALUE_FALSE;
                case "file", "conversation" -> {
                    if (value == JsonToken.START_OBJECT) {
                        ids.addAll(at(parser).ids());
                    }
                }
                case "result_files" -> {
                    if (value == JsonToken.START_ARRAY) {
                        strings(ids, parser);
                    }
                }
                default -> {}
            }
            parser.skipChildren();
        }
        if (parser.currentToken() != JsonToken.END_OBJECT) {
            throw new IOException("the object does not end");
        }
        return new ObjectAnswer(id, ids, stored);
    }

    private static void strings(Set<String> ids, JsonParser parser) throws IOException {
        for (JsonToken token = parser.nextToken();
                token != null && token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            add(ids, parser, token);
            parser.skipChildren();
        }
    }

    private static @Nullable String add(Set<String> ids, JsonParser parser, JsonToken value) throws IOException {
        if (value != JsonToken.VALUE_STRING || !ObjectIds.isId(parser.getText())) {
            return null;
        }
        ids.add(parser.getText());
        return parser.getText();
    }
}
