// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Endpoint;
import java.nio.charset.StandardCharsets;

/** What can be told of one stream event by searching its bytes. Pure; JSON is parsed only where {@link #mentionsUsage} says so. */
final class EventFacts {
    private static final byte[] USAGE = ascii("\"usage\"");
    private static final byte[] FINISH = ascii("\"finish_reason\"");
    static final byte[] DONE_WORD = ascii("[DONE]");
    static final byte[] ERROR_WORD = ascii("error");
    private static final byte[] DATA = ascii("data:");
    private static final byte[] EVENT = ascii("event:");
    private static final byte[] DONE = ascii("data: [DONE]");
    private static final byte[] DONE_TIGHT = ascii("data:[DONE]");
    private static final byte[] ERROR_DATA = ascii("data: {\"error\"");
    private static final byte[] NULL = ascii("null");
    private static final byte[] ERROR_DATA_TIGHT = ascii("data:{\"error\"");
    private static final byte[] ERROR_TYPE = ascii("data: {\"type\":\"error\"");
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

    private static final byte[] ITEM_DONE = ascii("response.output_item.done");
    private static final byte[] CALL = ascii("_call\"");
    private static final byte[][] CLIENTS_CALLS = {ascii("\"function"), ascii("\"custom_tool")};

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

    /** Whether the event ends an item of a response's output that is the call of a tool which the backend runs. */
    static boolean endsToolCall(byte[] bytes, int from, int to) {
        int at = indexOf(bytes, from, to, CALL);
        while (at >= 0 && isClientsCall(bytes, from, at)) {
            at = indexOf(bytes, at + CALL.length, to, CALL);
        }
        return at >= 0 && indexOf(bytes, from, to, ITEM_DONE) >= 0;
    }

    /** Whether what stands before is the type of a call that the client runs, which are many. */
    private static boolean isClientsCall(byte[] bytes, int from, int at) {
        for (byte[] type : CLIENTS_CALLS) {
            int begin = at - type.length;
            if (begin >= from && startsWith(bytes, begin, at, type)) {
                return true;
            }
        }
        return false;
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
        if (startsWith(bytes, from, to, ERROR_DATA)) {
            return !isNull(bytes, from + ERROR_DATA.length, to);
        }
        if (startsWith(bytes, from, to, ERROR_DATA_TIGHT)) {
            return !isNull(bytes, from + ERROR_DATA_TIGHT.length, to);
        }
        return startsWith(bytes, from, to, ERROR_EVENT) || startsWith(bytes, from, to, ERROR_TYPE);
    }

    private static boolean isNull(byte[] bytes, int from, int to) {
        return startsWith(bytes, skipToValue(bytes, from, to), to, NULL);
    }

    /** Whether streams of this endpoint hold nothing but JSON objects, so that anything else can be told for garbage. */
    static boolean isJson(Endpoint endpoint) {
        return hasTerminal(endpoint);
    }

    /**
     * Whether the event's data could be a JSON object, {@code [DONE]} or nothing, as its ends show. Looks at a few bytes of an event
     * that consists of one data line, and at the lines of any other.
     */
    static boolean isPlausible(byte[] bytes, int from, int to) {
        int data = startsWith(bytes, from, to, EVENT) ? nextLine(bytes, from, to) : from;
        if (startsWith(bytes, data, to, DATA) && beginsAndEndsAsObject(bytes, data + DATA.length, to)) {
            return true;
        }
        EventLines lines = EventLines.of(bytes, from, to);
        return lines.areLegal() && lines.holdAnObjectOrNothing();
    }

    private static int nextLine(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != '\n') {
            at++;
        }
        return Math.min(to, at + 1);
    }

    private static boolean beginsAndEndsAsObject(byte[] bytes, int from, int to) {
        int first = from < to && bytes[from] == ' ' ? from + 1 : from;
        int last = to - 1;
        while (last > first && (bytes[last] == '\n' || bytes[last] == '\r' || bytes[last] == ' ')) {
            last--;
        }
        return first < last && bytes[first] == '{' && bytes[last] == '}';
    }

    /** Whether an event that is not wholly there yet may become a plausible one. */
    static boolean mayBecomePlausible(byte[] bytes, int from, int to) {
        EventLines lines = EventLines.of(bytes, from, to);
        return lines.areLegal() && lines.beginAnObject();
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

    static boolean startsWith(byte[] bytes, int from, int to, byte[] prefix) {
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
