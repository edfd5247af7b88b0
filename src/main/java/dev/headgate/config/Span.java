// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

/**
 * A place in a file.
 *
 * @param line 1-based, or 0 for the file as a whole
 * @param column 1-based, in characters
 * @param length in characters, at least 1
 */
record Span(Source source, int line, int column, int length) {
    /** How another problem refers to this place: by line in its own file, by file and line elsewhere. */
    String seenFrom(Span other) {
        return source.name().equals(other.source.name()) ? "line " + line : source.name() + ":" + line;
    }

    /** The part of this scalar between two offsets of its text; the same place if the text is not written plainly. */
    Span part(String text, int from, int to) {
        return text.length() == length ? new Span(source, line, column + from, Math.max(1, to - from)) : this;
    }

    @Override
    public String toString() {
        return source.name() + ":" + line + ":" + column;
    }
}
