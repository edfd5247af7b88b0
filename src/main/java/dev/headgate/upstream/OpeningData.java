// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one JSON event near the start of a stream brings, after the OpenAI API reference: {@code choices[].delta} of chat streams,
 * {@code choices[].text} of completions, and the {@code type} of response events.
 *
 * @param type the event's own {@code type}, or null
 * @param isError whether it has an {@code error} that is not null, or is one
 * @param hasChoice whether {@code choices} has an element
 * @param hasOutput whether a choice brings content, reasoning, a tool call or its finish reason
 */
record OpeningData(@Nullable String type, boolean isError, boolean hasChoice, boolean hasOutput) {
    private static final JsonFactory JSON = new JsonFactory();

    /** What a response stream says before its model has said anything. */
    private static final Set<String> PREAMBLE = Set.of(
            "response.created",
            "response.queued",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.reasoning_summary_part.added");

    /** Null if the data is not one JSON object. */
    static @Nullable OpeningData read(byte[] data) {
        try (JsonParser parser = JSON.createParser(data)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            Reader reader = new Reader(parser);
            reader.root();
            return parser.nextToken() == null
                    ? new OpeningData(reader.type, reader.isError, reader.hasChoice, reader.hasOutput)
                    : null;
        } catch (IOException notJson) {
            return null;
        }
    }

    /** Whether a response event of this type shows something of the answer, or ends it. */
    static boolean isOutput(@Nullable String type) {
        return type != null && type.startsWith("response.") && !PREAMBLE.contains(type);
    }

    private static final class Reader {
        private final JsonParser parser;
        private @Nullable String type;
        private boolean isError;
        private boolean hasChoice;
        private boolean hasOutput;

        private Reader(JsonParser parser) {
            this.parser = parser;
        }

        private void root() throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "error" -> isError |= value != JsonToken.VALUE_NULL;
                    case "type" -> {
                        type = parser.getText();
                        isError |= "error".equals(type);
                    }
                    case "choices" -> {
                        if (value == JsonToken.START_ARRAY) {
                            choices();
                        }
                    }
                    default -> {}
                }
                parser.skipChildren();
            }
        }

        private void choices() throws IOException {
            for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                hasChoice = true;
                if (next == JsonToken.START_OBJECT) {
                    choice();
                } else {
                    parser.skipChildren();
                }
            }
        }

        private void choice() throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("delta") && value == JsonToken.START_OBJECT) {
                    delta();
                } else if (name.equals("text") || name.equals("finish_reason")) {
                    something(value);
                } else {
                    parser.skipChildren();
                }
            }
        }

        /** A delta of whatever kind counts, also of those that are not known here; the role alone does not. */
        private void delta() throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean role = parser.currentName().equals("role");
                JsonToken value = parser.nextToken();
                if (role) {
                    parser.skipChildren();
                } else {
                    something(value);
                }
            }
        }

        private void something(JsonToken value) throws IOException {
            switch (value) {
                case VALUE_STRING -> hasOutput |= parser.getTextLength() > 0;
                case START_ARRAY -> {
                    hasOutput |= parser.nextToken() != JsonToken.END_ARRAY;
                    closeArray();
                }
                case START_OBJECT -> {
                    hasOutput = true;
                    parser.skipChildren();
                }
                default -> {}
            }
        }

        /** Goes on to the end of an array whose first token was read. */
        private void closeArray() throws IOException {
            while (parser.currentToken() != JsonToken.END_ARRAY) {
                parser.skipChildren();
                parser.nextToken();
            }
        }
    }
}
