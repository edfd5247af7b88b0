// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What all changes of one limit have in common. */
abstract class LimitChange extends Verb {
    @Parameters(
            index = "0",
            paramLabel = "LIMIT",
            description = "Its id as in x-headgate-limit, such as tenant/acme/usdPerDay.")
    private String limit = "";

    @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "Why; kept in the audit trail.")
    private String reason = "";

    @Option(names = "--user", paramLabel = "U", description = "Whose, if the limit is on each user.")
    private @Nullable String user;

    @Option(names = "--address", paramLabel = "A", description = "Whose, if the limit is on each client address.")
    private @Nullable String address;

    @Option(names = "--format", paramLabel = "F", defaultValue = "text", description = "text (default) or json.")
    private ExplainCommand.Format format = ExplainCommand.Format.text;

    @Mixin
    private final AdminOptions admin = new AdminOptions();

    @Mixin
    private final SettingsOption settings = new SettingsOption();

    /** Sends the change and prints where the limit stands then. */
    final int send(String action, Map<String, Object> more) {
        String[] parts = limit.split("/", -1);
        if (parts.length < 3 || parts[1].isEmpty()) {
            throw misuse("LIMIT is an id as in x-headgate-limit, such as tenant/acme/usdPerDay, not '" + limit + "'");
        }
        if (reason.isBlank()) {
            throw misuse("--reason is empty");
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("tenant", parts[1]);
        body.put("limit", limit);
        if (user != null) {
            body.put("user", user);
        }
        if (address != null) {
            body.put("address", address);
        }
        body.putAll(more);
        body.put("reason", reason);
        JsonNode state = admin.client(this, () -> settings.config(this)).post("/admin/limits/" + action, body);
        if (format == ExplainCommand.Format.json) {
            out().println(AdminClient.pretty(state));
        } else {
            LimitTable.print(List.of(state), out());
            if (state.hasNonNull("warning")) {
                err().println(state.path("warning").asText());
            }
        }
        return 0;
    }
}
