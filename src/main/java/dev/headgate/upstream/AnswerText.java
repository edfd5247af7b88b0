// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Endpoint;
import dev.headgate.call.OutputCount;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the text that a model wrote in the bytes of an answer, or of one event of it: content, refusals, reasoning and the arguments
 * of tool calls. JSON is not parsed; its strings are told apart, and those are taken that stand behind one of the API's names for
 * text (OpenAI API reference, and what vendors that speak it add). Pure.
 */
final class AnswerText {
    private static final AnswerText CHAT = new AnswerText(
            names("content", "refusal", "arguments"), names("reasoning_content", "reasoning", "text", "thinking"));
    private static final AnswerText COMPLETION = new AnswerText(names("text"), names());
    private static final AnswerText RESPONSE = new AnswerText(names("text", "refusal", "arguments"), names());
    /** Later events repeat the whole of what came in deltas. */
    private static final AnswerText RESPONSE_EVENT = new AnswerText(names("delta"), names());

    private final byte[][] names;
    private final byte[][] oneOf;

    /** @param oneOf names of which vendors write several for the same text; of one answer or event, the first that comes counts */
    private AnswerText(byte[][] names, byte[][] oneOf) {
        this.names = names;
        this.oneOf = oneOf;
    }

    /** For the events of an endpoint's streams; null if no model writes text there. */
    static @Nullable AnswerText ofEvents(Endpoint endpoint) {
        return endpoint == Endpoint.RESPONSES ? RESPONSE_EVENT : ofAnswers(endpoint);
    }

    /** For an endpoint's answers in one piece; null if no model writes text there. */
    static @Nullable AnswerText ofAnswers(Endpoint endpoint) {
        return switch (endpoint) {
            case CHAT -> CHAT;
            case COMPLETIONS -> COMPLETION;
            case RESPONSES -> RESPONSE;
            default -> null;
        };
    }

    /** Hands on every text in these bytes, in order. */
    void find(byte[] bytes, int from, int to, OutputCount count) {
        int first = -1;
        int i = from;
        while (i < to) {
            if (bytes[i++] != '"') {
                continue;
            }
            int end = endOfString(bytes, i, to);
            int value = valueOf(bytes, end + 1, to);
            if (value < 0) {
                i = end + 1;
                continue;
            }
            int alias = indexOf(oneOf, bytes, i, end);
            boolean wanted = alias < 0 ? indexOf(names, bytes, i, end) >= 0 : first < 0 || first == alias;
            i = value;
            if (wanted) {
                first = alias < 0 ? first : alias;
                int last = endOfString(bytes, value + 1, to);
                count.add(bytes, value + 1, last);
                i = last + 1;
            }
        }
    }

    /** The quote that begins the string that a name stands for, or -1 if what ended here is no name of a string. */
    private static int valueOf(byte[] bytes, int from, int to) {
        int i = skipBlanks(bytes, from, to);
        if (i >= to || bytes[i] != ':') {
            return -1;
        }
        i = skipBlanks(bytes, i + 1, to);
        return i < to && bytes[i] == '"' ? i : -1;
    }

    private static int skipBlanks(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t')) {
            i++;
        }
        return i;
    }

    private static int endOfString(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && bytes[i] != '"') {
            i += bytes[i] == '\\' ? 2 : 1;
        }
        return Math.min(i, to);
    }

    private static int indexOf(byte[][] names, byte[] bytes, int from, int to) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].length == to - from && Arrays.equals(names[i], 0, names[i].length, bytes, from, to)) {
                return i;
            }
        }
        return -1;
    }

    private static byte[][] names(String... names) {
        return Arrays.stream(names)
                .map(name -> name.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
    }
}
