// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Rows of text in aligned columns. */
final class Table {
    /** Which side the texts of a column are aligned to. */
    enum Side {
        LEFT,
        RIGHT
    }

    private final List<String> names = new ArrayList<>();
    private final List<Side> sides = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    Table column(String name, Side side) {
        names.add(name);
        sides.add(side);
        return this;
    }

    /** One text a column. */
    Table row(List<String> texts) {
        if (texts.size() != names.size()) {
            throw new IllegalArgumentException(texts.size() + " texts for " + names.size() + " columns");
        }
        rows.add(List.copyOf(texts));
        return this;
    }

    void print(PrintWriter out) {
        List<Integer> widths = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            int column = i;
            widths.add(Math.max(
                    names.get(i).length(),
                    rows.stream()
                            .mapToInt(row -> row.get(column).length())
                            .max()
                            .orElse(0)));
        }
        print(names, widths, out);
        rows.forEach(row -> print(row, widths, out));
    }

    private void print(List<String> texts, List<Integer> widths, PrintWriter out) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < texts.size(); i++) {
            String space = " ".repeat(widths.get(i) - texts.get(i).length());
            line.append(i == 0 ? "" : "  ");
            line.append(sides.get(i) == Side.LEFT ? texts.get(i) + space : space + texts.get(i));
        }
        out.println(line.toString().stripTrailing());
    }
}
