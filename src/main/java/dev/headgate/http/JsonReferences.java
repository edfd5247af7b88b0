// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects the ids of upstream objects that a JSON body refers to, by the member names of the OpenAI API reference, at any depth
 * outside of what is the user's own data. It reads more as an id rather than less: an id that is missed would open another
 * tenant's object.
 */
final class JsonReferences {
    /** Members whose string value, or strings in an array, are ids. */
    private static final Set<String> IDS = Set.of(
            "previous_response_id",
            "response_id",
            "conversation",
            "conversation_id",
            "container",
            "container_id",
            "file_id",
            "file_ids",
            "input_file_id",
            "training_file",
            "validation_file",
            "vector_store_id",
            "vector_store_ids",
            "batch_id",
            "part_ids",
            "skill_id");

    /** Members that may be an object with an {@code id}. A stored prompt is none: no call creates one, so it is the operator's. */
    private static final Set<String> OBJECTS_WITH_ID = Set.of("conversation");

    /** Arrays whose elements may be item references: {@code {"type": "item_reference", "id": …}}, the type being optional. */
    private static final Set<String> ITEMS = Set.of("input", "items");

    private static final Set<String> USER_DATA = Set.of("metadata", "parameters", "schema", "json_schema", "arguments");

    private final JsonParser parser;
    private @Nullable Set<String> found;

    JsonReferences(JsonParser parser) {
        this.parser = parser;
    }

    List<String> found() {
        return found == null ? List.of() : List.copyOf(found);
    }

    /** Reads the value that the parser stands on, to its end. */
    void member(String name, JsonToken token) throws IOException {
        switch (token) {
            case VALUE_STRING -> {
                if (IDS.contains(name)) {
                    add();
                }
            }
            case START_ARRAY -> array(name);
            case START_OBJECT -> {
                if (USER_DATA.contains(name)) {
                    parser.skipChildren();
                } else {
                    object(name);
                }
            }
            default -> {}
        }
    }

    private void array(String name) throws IOException {
        JsonToken token;
        while ((token = parser.nextToken()) != JsonToken.END_ARRAY) {
            if (token == JsonToken.START_OBJECT && ITEMS.contains(name)) {
                item();
            } else {
                member(name, token);
            }
        }
    }

    private void object(String owner) throws IOException {
        // A prompt's variables are named by the user, and may hold files whatever they are called.
        boolean freeNames = owner.equals("variables");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (token == JsonToken.VALUE_STRING && name.equals("id") && OBJECTS_WITH_ID.contains(owner)) {
                add();
            } else {
                member(freeNames && USER_DATA.contains(name) ? "" : name, token);
            }
        }
    }

    private void item() throws IOException {
        String id = null;
        boolean reference = false;
        boolean bare = true;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (token == JsonToken.VALUE_STRING && name.equals("id")) {
                id = parser.getText();
            } else if (token == JsonToken.VALUE_STRING && name.equals("type")) {
                boolean says = parser.getText().equals("item_reference");
                reference |= says;
                bare &= says;
            } else {
                bare &= name.equals("type") && token == JsonToken.VALUE_NULL;
                member(name, token);
            }
        }
        if (id != null && (reference || bare)) {
            add(id);
        }
    }

    private void add() throws IOException {
        add(parser.getText());
    }

    private void add(String id) {
        if (id.isEmpty()) {
            return;
        }
        if (found == null) {
            found = new LinkedHashSet<>();
        }
        found.add(id);
    }
}
