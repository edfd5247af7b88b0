// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

/** A lower bound of a prompt's tokens, from the bytes of a JSON body alone. Pure; about a nanosecond a byte. */
final class PromptSize {
    /**
     * Bytes of text for one token, more than any usual text has: English prose has about 4.7, source code 3.3, Chinese 3.3 (UTF-8
     * bytes, o200k vocabulary). Rather too many here than a call that is turned away from a model that it fits.
     */
    private static final int BYTES_PER_TOKEN = 6;

    /** Bytes; a longer stretch without a blank is data (an image, a sound), not text. */
    private static final int LONGEST_WORD = 1_000;

    private PromptSize() {}

    /** Counts the text of all strings, member names included. */
    static long leastTokens(byte[] json) {
        long text = 0;
        long word = 0;
        boolean inString = false;
        for (int i = 0; i < json.length; i++) {
            byte b = json[i];
            if (!inString) {
                inString = b == '"';
                word = 0;
            } else if (b == '"' || b == ' ' || b == '\\') {
                text += word <= LONGEST_WORD ? word : 0;
                word = 0;
                if (b == '"') {
                    inString = false;
                } else if (b == '\\') {
                    // What is escaped counts nothing: a bound may be too low, but not too high.
                    i++;
                } else {
                    text++;
                }
            } else {
                word++;
            }
        }
        return text / BYTES_PER_TOKEN;
    }
}
