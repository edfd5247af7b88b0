// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The page {@code GET /admin/usage} for people: one row a group, and their sum. Pure but for printing. */
final class UsageTable {
    private static final Map<String, String> COUNTS = Map.of(
            "requests", "requests",
            "inputTokens", "input",
            "cachedInputTokens", "cached",
            "outputTokens", "output",
            "reasoningTokens", "reasoning");
    private static final List<String> ORDER =
            List.of("requests", "inputTokens", "cachedInputTokens", "outputTokens", "reasoningTokens");

    private UsageTable() {}

    static void print(JsonNode page, PrintWriter out) {
        JsonNode rows = page.path("rows");
        List<String> by = new ArrayList<>();
        page.path("by").forEach(name -> by.add(name.asText()));
        out.println((by.contains("window") ? "Usage by " + page.path("window").asText() : "Usage") + " from "
                + page.path("from").asText() + " to " + page.path("to").asText());
        out.println();
        if (rows.isEmpty()) {
            out.println("Nothing was used.");
        } else {
            table(by, rows).print(out);
            notes(rows, out);
        }
        if (!page.path("complete").asBoolean(true)) {
            out.println();
            out.println("Not complete: " + page.path("reason").asText("only this process's part is shown"));
        }
    }

    private static Table table(List<String> by, JsonNode rows) {
        Table table = new Table();
        by.forEach(name -> table.column(name, Table.Side.LEFT));
        if (by.isEmpty()) {
            table.column("", Table.Side.LEFT);
        }
        ORDER.forEach(name -> table.column(String.valueOf(COUNTS.get(name)), Table.Side.RIGHT));
        table.column("US dollars", Table.Side.RIGHT).column("", Table.Side.LEFT);
        for (JsonNode row : rows) {
            List<String> texts = new ArrayList<>();
            by.forEach(name -> texts.add(row.path(name).asText("")));
            if (by.isEmpty()) {
                texts.add("all");
            }
            ORDER.forEach(name -> texts.add(Long.toString(row.path(name).asLong())));
            texts.add(row.path("usd").asText("0"));
            texts.add(marks(row.path("unpriced").asLong(), row.path("estimated").asLong()));
            table.row(texts);
        }
        return rows.size() > 1 ? table.row(total(Math.max(1, by.size()), rows)) : table;
    }

    private static List<String> total(int groups, JsonNode rows) {
        List<String> texts = new ArrayList<>();
        texts.add("total");
        for (int i = 1; i < groups; i++) {
            texts.add("");
        }
        ORDER.forEach(name -> texts.add(Long.toString(sum(rows, name))));
        BigDecimal dollars = BigDecimal.ZERO;
        for (JsonNode row : rows) {
            dollars = dollars.add(new BigDecimal(row.path("usd").asText("0")));
        }
        texts.add(dollars.signum() == 0 ? "0" : dollars.stripTrailingZeros().toPlainString());
        texts.add(marks(sum(rows, "unpriced"), sum(rows, "estimated")));
        return texts;
    }

    private static String marks(long unpriced, long estimated) {
        return (unpriced > 0 ? "*" : "") + (estimated > 0 ? "~" : "");
    }

    private static void notes(JsonNode rows, PrintWriter out) {
        long unpriced = sum(rows, "unpriced");
        long estimated = sum(rows, "estimated");
        long requests = sum(rows, "requests");
        if (unpriced + estimated > 0) {
            out.println();
        }
        if (unpriced > 0) {
            out.println("* the price of " + unpriced + " of " + requests
                    + " requests is not known: what they cost is missing");
        }
        if (estimated > 0) {
            out.println("~ the tokens of " + estimated + " of " + requests + " requests are estimated");
        }
    }

    private static long sum(JsonNode rows, String name) {
        long sum = 0;
        for (JsonNode row : rows) {
            sum += row.path(name).asLong();
        }
        return sum;
    }
}
