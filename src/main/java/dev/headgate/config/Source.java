// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file's name, as problems show it, and its lines. Immutable. */
record Source(String name, List<String> lines) {
    static Source of(String name, String text) {
        return new Source(name, List.of(text.split("\r\n|\n|\r", -1)));
    }

    /** The line with this 1-based number, or null if there is none. */
    @Nullable
    String line(int number) {
        return number >= 1 && number <= lines.size() ? lines.get(number - 1) : null;
    }

    /** A place for problems of the file as a whole. */
    Span whole() {
        return new Span(this, 0, 0, 1);
    }
}
