// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Endpoint;
import java.nio.charset.StandardCharsets;

/** What can be told of one stream event by searching its bytes. Pure; JSON is parsed only where {@link #mentionsUsage} says so. */
final class EventFacts {
    private static final byte[] USAGE = ascii("\"usage\"");
    private static final byte[] FINISH = ascii("\"finish_reason\"");
    private static final byte[] DONE = ascii("data: [DONE]");
    private static final byte[] DONE_TIGHT = ascii("data:[DONE]");
    private static final byte[] ERROR_DATA = ascii("data: {\"error\"");
    private static final byte[] ERROR_EVENT = ascii("event: error");
    private static final byte[] RESPONSE_CREATED = ascii("\"response.created\"");
    private static final byte[][] RESPONSE_ENDS = {
        ascii("\"response.completed\""), ascii("\"response.failed\""), ascii("\"response.incomplete\"")
    };
    private static final byte[][] TOKENS = {
        ascii("\"content\""),
        ascii("\"reasoning_content\""),
        ascii("\"reasoning\""),
        ascii("\"refusal\""),
        ascii("\"text\""),
        ascii("\"delta\""),
        ascii("\"arguments\"")
    };
    private static final byte[] TOOL_CALLS = ascii("\"tool_calls\"");

    private EventFacts() {}

    /** Whether the event may hold a usage object; {@code "usage":null} does not count. */
    static boolean mentionsUsage(byte[] bytes, int from, int to) {
        int at = indexOf(bytes, from, to, USAGE);
        while (at >= 0) {
            int value = skipToValue(bytes, at + USAGE.length, to);
            if (value < to && bytes[value] == '{') {
                return true;
            }
            at = indexOf(bytes, at + USAGE.length, to, USAGE);
        }
        return false;
    }

    /** Whether the event may hold a finish reason. */
    static boolean mentionsFinish(byte[] bytes, int from, int to) {
        int at = indexOf(bytes, from, to, FINISH);
        return at >= 0 && startsString(bytes, at + FINISH.length, to);
    }

    /** Whether this event says that the stream is complete, in the words of the endpoint. */
    static boolean isTerminal(Endpoint endpoint, byte[] bytes, int from, int to) {
        if (startsWith(bytes, from, to, DONE) || startsWith(bytes, from, to, DONE_TIGHT)) {
            return true;
        }
        if (endpoint == Endpoint.RESPONSES || endpoint == Endpoint.RESPONSES_GET) {
            for (byte[] end : RESPONSE_ENDS) {
                int at = indexOf(bytes, from, Math.min(to, from + 256), end);
                if (at >= 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the event announces a response, with its id. */
    static boolean announcesResponse(byte[] bytes, int from, int to) {
        return indexOf(bytes, from, Math.min(to, from + 256), RESPONSE_CREATED) >= 0;
    }

    /** Whether streams of this endpoint have a terminal event at all; without one a clean end is all there is. */
    static boolean hasTerminal(Endpoint endpoint) {
        return switch (endpoint) {
            case CHAT, COMPLETIONS, RESPONSES -> true;
            default -> false;
        };
    }

    /** Whether the backend itself reports an error in this event. */
    static boolean isError(byte[] bytes, int from, int to) {
        return startsWith(bytes, from, to, ERROR_DATA) || startsWith(bytes, from, to, ERROR_EVENT);
    }

    /** Whether the event brings something that a reader would see: content, reasoning or a tool call, not a bare role. */
    static boolean hasToken(byte[] bytes, int from, int to) {
        if (indexOf(bytes, from, to, TOOL_CALLS) >= 0) {
            return true;
        }
        for (byte[] member : TOKENS) {
            int at = indexOf(bytes, from, to, member);
            if (at >= 0 && startsString(bytes, at + member.length, to)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a colon and a string of at least one character follow. */
    private static boolean startsString(byte[] bytes, int from, int to) {
        int value = skipToValue(bytes, from, to);
        return value + 1 < to && bytes[value] == '"' && bytes[value + 1] != '"';
    }

    private static int skipToValue(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && (bytes[i] == ':' || bytes[i] == ' ' || bytes[i] == '\t')) {
            i++;
        }
        return i;
    }

    private static boolean startsWith(byte[] bytes, int from, int to, byte[] prefix) {
        if (to - from < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (bytes[from + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    static int indexOf(byte[] bytes, int from, int to, byte[] needle) {
        int last = to - needle.length;
        byte first = needle[0];
        byte second = needle[1];
        outer:
        for (int i = from; i <= last; i++) {
            if (bytes[i] != first || bytes[i + 1] != second) {
                continue;
            }
            for (int j = 2; j < needle.length; j++) {
                if (bytes[i + j] != needle[j]) {
                    continue outer;
                }
            }
            return i;
        }
        return -1;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
