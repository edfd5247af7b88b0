// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import java.util.ArrayList;
import java.util.List;

/** The demo backend's idea of a token: a word with the white space before it, at most 24 code points. */
final class Tokens {
    private static final int LONGEST = 24;

    private Tokens() {}

    /** Pieces that join to the text again; a surrogate pair is never torn. */
    static List<String> split(String text) {
        var pieces = new ArrayList<String>();
        int start = 0;
        while (start < text.length()) {
            int end = next(text, start);
            pieces.add(text.substring(start, end));
            start = end;
        }
        return pieces;
    }

    static int count(String text) {
        int count = 0;
        for (int at = 0; at < text.length(); at = next(text, at)) {
            count++;
        }
        return count;
    }

    private static int next(String text, int start) {
        boolean inWord = false;
        int length = 0;
        int at = start;
        while (at < text.length() && length < LONGEST) {
            int point = text.codePointAt(at);
            boolean space = Character.isWhitespace(point);
            if (space && inWord) {
                return at;
            }
            inWord |= !space;
            at += Character.charCount(point);
            length++;
        }
        return at;
    }
}
