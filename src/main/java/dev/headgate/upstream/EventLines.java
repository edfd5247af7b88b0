// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The lines of one event of a stream (WHATWG HTML, section 9.2.6): whether they are such lines at all, and what the data lines
 * carry. Pure; used for the few events before a stream is committed and for those that look odd afterwards.
 */
final class EventLines {
    private static final int MAX_NAME = 32;

    private final byte[] bytes;
    private final int to;
    private int at;
    private byte[] data = new byte[0];
    private boolean legal = true;
    private boolean namesError;

    private EventLines(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.to = to;
        this.at = startsWithMark(bytes, from, to) ? from + 3 : from;
    }

    static EventLines of(byte[] bytes, int from, int to) {
        EventLines lines = new EventLines(bytes, from, to);
        while (lines.at < to && lines.legal) {
            lines.line();
        }
        return lines;
    }

    /** Whether every line is a comment, or a field by its form. */
    boolean areLegal() {
        return legal;
    }

    /** Whether the event is called {@code error}. */
    boolean nameAnError() {
        return namesError;
    }

    /** The data, its lines joined; null if there is none but blanks. */
    byte @Nullable [] data() {
        for (byte b : data) {
            if (!isBlank(b)) {
                return data;
            }
        }
        return null;
    }

    /** Whether the data could be JSON's, as far as its first and last byte tell: an object, {@code [DONE]}, or nothing. */
    boolean holdAnObjectOrNothing() {
        int first = 0;
        int last = data.length - 1;
        while (last >= 0 && isBlank(data[last])) {
            last--;
        }
        while (first <= last && isBlank(data[first])) {
            first++;
        }
        return first > last || (data[first] == '{' && data[last] == '}') || isDone(data, first, last + 1);
    }

    /** Whether the data begins as an object does, or has not begun. */
    boolean beginAnObject() {
        for (byte b : data) {
            if (!isBlank(b)) {
                return b == '{';
            }
        }
        return true;
    }

    private static boolean isDone(byte[] data, int from, int to) {
        return EventFacts.startsWith(data, from, to, EventFacts.DONE_WORD);
    }

    private void line() {
        int end = at;
        while (end < to && bytes[end] != '\n' && bytes[end] != '\r') {
            end++;
        }
        int colon = at;
        while (colon < end && bytes[colon] != ':') {
            if (!isNameByte(bytes[colon]) || colon - at > MAX_NAME) {
                legal = false;
                return;
            }
            colon++;
        }
        int value = Math.min(end, colon + 1);
        if (value < end && bytes[value] == ' ') {
            value++;
        }
        if (is("data", colon)) {
            join(value, end);
        } else if (is("event", colon)) {
            namesError = end - value == 5 && EventFacts.startsWith(bytes, value, end, EventFacts.ERROR_WORD);
        }
        at = end + 1;
    }

    private boolean is(String name, int end) {
        if (end - at != name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (bytes[at + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void join(int from, int end) {
        int before = data.length == 0 ? 0 : data.length + 1;
        byte[] joined = Arrays.copyOf(data, before + end - from);
        if (before > 0) {
            joined[before - 1] = '\n';
        }
        System.arraycopy(bytes, from, joined, before, end - from);
        data = joined;
    }

    private static boolean isNameByte(byte b) {
        return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || b == '-' || b == '_';
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }

    /** A stream may begin with a byte order mark. */
    private static boolean startsWithMark(byte[] bytes, int from, int to) {
        return to - from >= 3
                && bytes[from] == (byte) 0xef
                && bytes[from + 1] == (byte) 0xbb
                && bytes[from + 2] == (byte) 0xbf;
    }
}
