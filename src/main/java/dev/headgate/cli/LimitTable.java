// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.call.ShortDuration;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;

/** Limits of {@code /admin/limits} for people: one row a limit. */
final class LimitTable {
    private LimitTable() {}

    static void print(Iterable<JsonNode> limits, PrintWriter out) {
        Table table = new Table()
                .column("limit", Table.Side.LEFT)
                .column("allows", Table.Side.RIGHT)
                .column("burst", Table.Side.RIGHT)
                .column("used", Table.Side.RIGHT)
                .column("left", Table.Side.RIGHT)
                .column("resets in", Table.Side.RIGHT)
                .column("", Table.Side.LEFT);
        for (JsonNode limit : limits) {
            table.row(List.of(
                    limit.path("id").asText(),
                    limit.path("limit").asText(),
                    limit.path("burst").asText(""),
                    limit.path("used").asText("not counted"),
                    limit.path("remaining").asText(""),
                    resets(limit),
                    limit.path("mode").asText().equals("observe") ? "only observed" : ""));
        }
        table.print(out);
    }

    private static String resets(JsonNode limit) {
        long millis = limit.path("resetMs").asLong();
        return millis == 0 ? "" : ShortDuration.of(Duration.ofMillis(millis));
    }
}
