// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.Nearest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All rows of one kind over all files. If a file could not be read, names may be missing that are not wrong, so unknown
 * references are then not told.
 */
final class Declared<T> {
    private final String kind;
    private final Map<String, Table.Row<T>> rows = new LinkedHashMap<>();
    private final Problems problems;
    private boolean complete = true;

    /** @param kind how a problem calls one of them, such as {@code model} */
    Declared(String kind, Problems problems) {
        this.kind = kind;
        this.problems = problems;
    }

    void incomplete() {
        complete = false;
    }

    void addAll(Table<T> table) {
        if (table.damaged()) {
            incomplete();
        }
        for (Table.Row<T> row : table.rows()) {
            Table.Row<T> first = rows.putIfAbsent(row.name(), row);
            if (first != null) {
                problems.error(
                        ProblemCode.NAME_IN_TWO_FILES,
                        row.at(),
                        kind + " \"" + row.name() + "\" is declared in two files",
                        "first at " + first.at().seenFrom(row.at()),
                        null);
            }
        }
    }

    List<Table.Row<T>> rows() {
        return new ArrayList<>(rows.values());
    }

    boolean isEmptyForSure() {
        return complete && rows.isEmpty();
    }

    /** The row, or null after a problem was added. */
    Table.@Nullable Row<T> find(At<String> name, ProblemCode code, String subject) {
        Table.Row<T> row = rows.get(name.value());
        if (row == null && complete) {
            problems.error(
                    code,
                    name.at(),
                    subject + " points to unknown " + kind + " \"" + name.value() + "\"",
                    "no such " + kind,
                    hint(name));
        }
        return row;
    }

    private @Nullable String hint(At<String> name) {
        String near = problems.areMany() ? null : Nearest.to(name.value(), rows.keySet());
        Table.Row<T> row = near == null ? null : rows.get(near);
        if (row != null) {
            return "did you mean \"" + near + "\"? (declared at " + row.at().seenFrom(name.at()) + ")";
        }
        if (rows.isEmpty()) {
            return "no " + kind + " is declared";
        }
        String some = String.join(", ", rows.keySet().stream().limit(8).toList());
        return "declared: " + some + (rows.size() > 8 ? ", …" : "");
    }
}
