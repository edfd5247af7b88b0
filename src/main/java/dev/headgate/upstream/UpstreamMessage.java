// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.headgate.call.UpstreamFault;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a backend's error says for people and for retries: the members of {@code error}, wherever the API puts that object. Anything
 * that is not the API's own error shape is not repeated.
 *
 * @param message at most 500 characters, or null
 * @param status the HTTP status that the error names itself ({@code status}, or a numeric {@code code}); 0 if it names none
 */
record UpstreamMessage(
        @Nullable String message,
        @Nullable String type,
        @Nullable String code,
        int status) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MAX_LENGTH = 500;
    private static final UpstreamMessage NOTHING = new UpstreamMessage(null, null, null, 0);

    static UpstreamMessage in(Buffer body) {
        Bytes bytes = Bytes.of(body);
        return in(bytes.array(), bytes.from(), bytes.length());
    }

    /**
     * Reads {@code error} at the top or in {@code response}, an {@code error} that is only a text, and a document that is itself the
     * error ({@code "type":"error"} of the Responses API, {@code "object":"error"} of some servers).
     */
    static UpstreamMessage in(byte[] json, int from, int length) {
        try (JsonParser parser = JSON.createParser(json, from, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return NOTHING;
            }
            Fields root = new Fields();
            UpstreamMessage found = error(parser, root, true);
            return found != null ? found : root.isError ? root.made() : NOTHING;
        } catch (IOException notJson) {
            return NOTHING;
        }
    }

    /** What the answer says to a program. */
    UpstreamFault fault(int answered, MultiMap headers) {
        // Servers such as vLLM have no code for it, only these words.
        boolean window = message != null
                && answered < 500
                && message.toLowerCase(Locale.ROOT).contains("maximum context length");
        return new UpstreamFault(
                answered, type, window ? UpstreamFault.CONTEXT_TOO_LONG : code, RetryAfter.of(answered, headers));
    }

    /** Walks over the members of an object; the error inside it, or null, in which case the object's own members are in {@code fields}. */
    private static @Nullable UpstreamMessage error(JsonParser parser, Fields fields, boolean top) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.START_OBJECT && name.equals("error")) {
                Fields inner = new Fields();
                error(parser, inner, false);
                return inner.made();
            }
            if (value == JsonToken.START_OBJECT && name.equals("response") && top) {
                UpstreamMessage nested = error(parser, new Fields(), false);
                if (nested != null) {
                    return nested;
                }
            } else if (value == JsonToken.VALUE_STRING && name.equals("error")) {
                return new UpstreamMessage(shortened(parser.getText()), null, null, 0);
            } else if (value.isStructStart()) {
                parser.skipChildren();
            } else if (value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NUMBER_INT) {
                fields.take(name, parser.getText());
            }
        }
        return null;
    }

    private static String shortened(String text) {
        return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH);
    }

    /** The members of an object that may be an error. */
    private static final class Fields {
        private @Nullable String message;
        private @Nullable String type;
        private @Nullable String code;
        private int status;
        private boolean isError;

        void take(String name, String value) {
            switch (name) {
                case "message" -> message = shortened(value);
                case "code" -> {
                    code = value;
                    status = status == 0 ? asStatus(value) : status;
                }
                case "status" -> status = asStatus(value);
                case "object" -> isError |= value.equals("error");
                case "type" -> {
                    isError |= value.equals("error");
                    type = value.equals("error") ? null : value;
                }
                default -> {}
            }
        }

        UpstreamMessage made() {
            return new UpstreamMessage(message, type, code, status);
        }

        private static int asStatus(String text) {
            return text.matches("[45]\\d\\d") ? Integer.parseInt(text) : 0;
        }
    }
}
