// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names and what they stand for, in the order of the file.
 *
 * @param damaged whether rows may be missing because the mapping itself could not be read
 */
record Table<T>(List<Row<T>> rows, boolean damaged) {
    /**
     * One name.
     *
     * @param at the place of the name
     * @param value null if a required word of it is missing or wrong; its problem has been told
     * @param damaged whether some word of it was wrong and stands at its default
     */
    record Row<T>(String name, Span at, @Nullable T value, boolean damaged) {}

    Table {
        rows = List.copyOf(rows);
    }

    static <T> Table<T> empty() {
        return new Table<>(List.of(), false);
    }

    boolean isEmpty() {
        return rows.isEmpty() && !damaged;
    }
}
