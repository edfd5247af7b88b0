// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.headgate.call.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one look at a JSON request body: validates it and notes what Headgate needs to route and to edit it. Values that nobody
 * asks for are never decoded.
 */
final class JsonScan {
    private static final int MAX_DEPTH = 64;
    /** For the few strings that are decoded: model names and ids. All others are bounded by the body alone. */
    private static final int MAX_DECODED = 64 << 10;

    private static final int MAX_IDENTIFIER = 256;
    /** Of one character: a backslash, a u and four digits. */
    private static final int ESCAPED_BYTES = 6;
    /** Of a number that a long holds for certain. */
    private static final int MAX_DIGITS = 18;

    private static final int MOST_CHOICES = 1_000;

    /**
     * Always UTF-8 (RFC 8259, section 8.1), so that offsets are offsets into the bytes. Numbers are never converted, so long ones
     * cost no more than their length.
     */
    static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(100_000)
                    .maxStringLength(MAX_DECODED)
                    .maxNameLength(50_000)
                    .build())
            .build();

    private final byte[] bytes;
    private final JsonParser parser;
    private final JsonReferences references;
    private final Members members = new Members();
    private @Nullable String model;
    private @Nullable StreamOptions streamOptions;
    private boolean streamSaid;
    private boolean stream;
    private boolean background;
    private @Nullable String user;
    private @Nullable String safetyIdentifier;
    private long maxTokens = -1;
    private long choices = 1;

    private JsonScan(byte[] bytes, JsonParser parser) {
        this.bytes = bytes;
        this.parser = parser;
        this.references = new JsonReferences(parser);
    }

    /**
     * What was seen of a body.
     *
     * @param inside the offset right after the opening brace
     * @param streamOptions {@link StreamOptions#ABSENT} if the body has none
     */
    record Facts(
            Members members,
            int inside,
            @Nullable String model,
            boolean stream,
            StreamOptions streamOptions,
            boolean background,
            Extent extent,
            List<String> references) {}

    /** For whom and how much, as {@link dev.headgate.call.RequestBody} tells it. */
    record Extent(@Nullable String user, long maxTokens, int choices) {}

    /**
     * Reads a whole body.
     *
     * @throws dev.headgate.call.CallFailure 400 with what is wrong and where
     */
    static Facts scan(byte[] bytes, Endpoint endpoint) {
        if (bytes.length == 0) {
            throw JsonFault.failure("The request body is empty; it must be a JSON object.", null);
        }
        if (bytes[0] == (byte) 0xEF && bytes.length > 2 && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF) {
            throw JsonFault.failure("The request body begins with a byte order mark, which JSON does not allow.", null);
        }
        try (JsonParser parser = FACTORY.createParser(bytes)) {
            return new JsonScan(bytes, parser).document(endpoint);
        } catch (JsonProcessingException e) {
            throw JsonFault.malformed(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the parser's current token begins. */
    static int offset(JsonParser parser) {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    private Facts document(Endpoint endpoint) throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw JsonFault.failure("The request body is blank; it must be a JSON object.", null);
        }
        if (first != JsonToken.START_OBJECT) {
            throw JsonFault.notObject(first);
        }
        int inside = offset(parser) + 1;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            endOfValue();
            member(parser.currentName());
        }
        endOfValue();
        nothingFollows();
        if (model == null && endpoint.kind() == Endpoint.Kind.METERED) {
            throw JsonFault.failure(
                    "The request body has no 'model'; Headgate chooses the backend by it. Name one that GET /v1/models"
                            + " lists.",
                    "model");
        }
        return new Facts(
                members,
                inside,
                model,
                stream,
                streamOptions == null ? StreamOptions.ABSENT : streamOptions,
                background,
                new Extent(user == null ? safetyIdentifier : user, maxTokens, (int) Math.min(choices, MOST_CHOICES)),
                references.found());
    }

    private void member(String name) throws IOException {
        boolean again = isAgain(name);
        JsonToken token = parser.nextToken();
        if (again) {
            throw JsonFault.twice(name, parser.currentTokenLocation());
        }
        members.begin(name, offset(parser));
        switch (name) {
            case "model" -> model = modelName(token);
            case "stream" -> {
                streamSaid = true;
                stream |= flag(token);
            }
            // Speech has its own word for an event stream.
            case "stream_format" ->
                stream |= token == JsonToken.VALUE_STRING && text(name).equals("sse");
            case StreamOptions.NAME -> streamOptions = StreamOptions.read(parser);
            case "background" -> background |= token == JsonToken.VALUE_TRUE;
            case "user" -> user = identifier(token);
            case "safety_identifier" -> safetyIdentifier = identifier(token);
            case "max_completion_tokens", "max_tokens", "max_output_tokens" ->
                maxTokens = Math.max(maxTokens, count(token));
            case "n", "best_of" -> choices = Math.max(choices, count(token));
            default -> {}
        }
        if (!name.equals(StreamOptions.NAME)) {
            references.member(name, token);
        }
    }

    private boolean isAgain(String name) {
        return switch (name) {
            case "model" -> model != null;
            case "stream" -> streamSaid;
            case StreamOptions.NAME -> streamOptions != null;
            default -> false;
        };
    }

    private String modelName(JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_STRING) {
            throw JsonFault.wrongType("model", "a string", token, parser.currentTokenLocation());
        }
        return ModelName.checked(text("model"), "'model'");
    }

    private boolean flag(JsonToken token) {
        return switch (token) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            default -> throw JsonFault.wrongType("stream", "a boolean", token, parser.currentTokenLocation());
        };
    }

    /** Null if it is not a string or longer than anybody needs; the latter is found without decoding it. */
    private @Nullable String identifier(JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_STRING || !isShort(offset(parser) + 1)) {
            return null;
        }
        String text = parser.getText();
        return text.isEmpty() || text.length() > MAX_IDENTIFIER ? null : text;
    }

    /** Whether a string ends within what its longest form may take, which is all escaped. */
    private boolean isShort(int start) {
        int end = Math.min(bytes.length, start + MAX_IDENTIFIER * ESCAPED_BYTES + 1);
        for (int i = start; i < end; i++) {
            if (bytes[i] == '"') {
                return true;
            }
            if (bytes[i] == '\\') {
                i++;
            }
        }
        return false;
    }

    /** A whole number, bounded; -1 for anything else. */
    private long count(JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_NUMBER_INT) {
            return -1;
        }
        String digits = parser.getText();
        if (digits.startsWith("-")) {
            return -1;
        }
        return digits.length() > MAX_DIGITS ? Integer.MAX_VALUE : Math.min(Integer.MAX_VALUE, Long.parseLong(digits));
    }

    private String text(String name) throws IOException {
        try {
            return parser.getText();
        } catch (StreamConstraintsException e) {
            throw name.equals("model")
                    ? ModelName.tooLong("'model'")
                    : JsonFault.failure("'" + name + "' is longer than " + MAX_DECODED + " characters.", name);
        }
    }

    /**
     * Notes where the value before the current token ended, by looking back over white space and the comma: asking the parser
     * would make it decode the value.
     */
    private void endOfValue() {
        if (members.count() == 0) {
            return;
        }
        int end = offset(parser);
        if (parser.currentToken() == JsonToken.FIELD_NAME) {
            end = afterBlanks(end) - 1;
        }
        members.endAt(afterBlanks(end));
    }

    private int afterBlanks(int end) {
        int at = end;
        while (isBlank(bytes[at - 1])) {
            at--;
        }
        return at;
    }

    private void nothingFollows() {
        for (int i = offset(parser) + 1; i < bytes.length; i++) {
            if (!isBlank(bytes[i])) {
                throw JsonFault.trailing(bytes, i);
            }
        }
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
