// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * What {@code stream_options} says about usage, and the one edit after which it asks for it.
 *
 * @param says whether {@code include_usage} is there as a boolean
 * @param asks whether it is true
 * @param start where the edit begins
 * @param end where the edit ends, exclusive; the same as {@code start} for an insertion
 * @param edit what to put there
 */
record StreamOptions(boolean says, boolean asks, int start, int end, String edit) {
    static final String NAME = "stream_options";
    static final StreamOptions ABSENT = new StreamOptions(false, false, -1, -1, "");

    private static final String INCLUDE_USAGE = "include_usage";
    private static final String TRUE = "true";
    private static final String MEMBER = "\"include_usage\":true";
    private static final String MEMBER_AND_COMMA = "\"include_usage\":true,";
    private static final String OBJECT = "{\"include_usage\":true}";

    static byte[] asking() {
        return OBJECT.getBytes(UTF_8);
    }

    /** Rendered options of the configuration, made to ask; those that say yes or no themselves stay as they are. */
    static byte[] asking(byte[] rendered) {
        StreamOptions options;
        try (JsonParser parser = JsonScan.FACTORY.createParser(rendered)) {
            parser.nextToken();
            options = read(parser);
        } catch (IOException e) {
            throw new UncheckedIOException("stream_options of the configuration", e);
        }
        if (options.says) {
            return rendered;
        }
        byte[] edit = options.edit.getBytes(UTF_8);
        int tail = rendered.length - options.end;
        byte[] out = Arrays.copyOf(rendered, options.start + edit.length + tail);
        System.arraycopy(edit, 0, out, options.start, edit.length);
        System.arraycopy(rendered, options.end, out, options.start + edit.length, tail);
        return out;
    }

    /**
     * Reads the value that the parser stands on, to its end.
     *
     * @throws dev.headgate.call.CallFailure 400 if it is not an object or null, or if its {@code include_usage} is no boolean
     */
    static StreamOptions read(JsonParser parser) throws IOException {
        int start = JsonScan.offset(parser);
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return new StreamOptions(false, false, start, start + 4, OBJECT);
        }
        if (token != JsonToken.START_OBJECT) {
            throw JsonFault.wrongType(NAME, "an object", token, parser.currentTokenLocation());
        }
        StreamOptions seen = null;
        boolean empty = true;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            empty = false;
            boolean ours = parser.currentName().equals(INCLUDE_USAGE);
            if (ours && seen != null) {
                throw JsonFault.twice(NAME + "." + INCLUDE_USAGE, parser.currentTokenLocation());
            }
            parser.nextToken();
            if (ours) {
                seen = includeUsage(parser);
            } else {
                parser.skipChildren();
            }
        }
        if (seen != null) {
            return seen;
        }
        return new StreamOptions(false, false, start + 1, start + 1, empty ? MEMBER : MEMBER_AND_COMMA);
    }

    private static StreamOptions includeUsage(JsonParser parser) {
        int start = JsonScan.offset(parser);
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> new StreamOptions(true, true, start, start + 4, TRUE);
            case VALUE_FALSE -> new StreamOptions(true, false, start, start + 5, TRUE);
            case VALUE_NULL -> new StreamOptions(false, false, start, start + 4, TRUE);
            default ->
                throw JsonFault.wrongType(
                        NAME + "." + INCLUDE_USAGE, "a boolean", parser.currentToken(), parser.currentTokenLocation());
        };
    }
}
