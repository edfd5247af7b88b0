// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import java.util.Arrays;

/** The top-level members of a JSON object in document order: their names, and where in the bytes their values stand. */
final class Members {
    private String[] names = new String[16];
    private int[] spans = new int[32];
    private int count;

    /** Adds a member whose value starts at an offset; {@link #endAt} says later where it ends. */
    void begin(String name, int start) {
        if (count == names.length) {
            names = Arrays.copyOf(names, count * 2);
            spans = Arrays.copyOf(spans, count * 4);
        }
        names[count] = name;
        spans[count * 2] = start;
        count++;
    }

    /** Says where the last member's value ends, exclusive. */
    void endAt(int end) {
        spans[count * 2 - 1] = end;
    }

    int count() {
        return count;
    }

    String name(int index) {
        return names[index];
    }

    int start(int index) {
        return spans[index * 2];
    }

    int end(int index) {
        return spans[index * 2 + 1];
    }

    boolean has(String name) {
        for (int i = 0; i < count; i++) {
            if (names[i].equals(name)) {
                return true;
            }
        }
        return false;
    }
}
