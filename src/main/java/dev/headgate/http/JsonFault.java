// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.headgate.call.CallFailure;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The texts of 400 answers about JSON bodies. Columns count bytes, from 1. */
final class JsonFault {
    /** What the parser's messages say to Java programmers only: its source descriptions and its settings. */
    private static final Pattern PARSER_TALK =
            Pattern.compile("\\[Source: .*?; |, from `[^`]*`|: enable `[^`]*` to allow|(?<=column: \\d{1,9})]");

    private JsonFault() {}

    static CallFailure malformed(JsonProcessingException e) {
        String what = PARSER_TALK.matcher(e.getOriginalMessage()).replaceAll("");
        return failure("The request body is not valid JSON" + at(e.getLocation()) + ": " + what, null);
    }

    static CallFailure trailing(byte[] bytes, int offset) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < offset; i++) {
            line += bytes[i] == '\n' ? 1 : 0;
            column = bytes[i] == '\n' ? 1 : column + 1;
        }
        return failure("The request body goes on after the end of its JSON object" + at(line, column) + ".", null);
    }

    static CallFailure notObject(JsonToken token) {
        return failure("The request body must be a JSON object, but it is " + kind(token) + ".", null);
    }

    static CallFailure wrongType(String member, String wanted, JsonToken token, JsonLocation location) {
        return failure(
                "'" + member + "' must be " + wanted + ", but it is " + kind(token) + at(location) + ".", member);
    }

    static CallFailure twice(String member, JsonLocation location) {
        return failure("The request body says '" + member + "' twice; the second is" + at(location) + ".", member);
    }

    static CallFailure failure(String message, @Nullable String param) {
        return GatewayError.of(ErrorKind.INVALID_REQUEST, message, param).asFailure();
    }

    private static String at(@Nullable JsonLocation location) {
        return location == null ? "" : at(location.getLineNr(), location.getColumnNr());
    }

    private static String at(int line, int column) {
        return " at line " + line + ", column " + column;
    }

    private static String kind(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            default -> "null";
        };
    }
}
