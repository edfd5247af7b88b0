// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = "Show where a tenant's limits stand.",
        footerHeading = "%nExamples:%n",
        footer = {"  headgate limits show acme", "  headgate limits show acme --key web --user ann"})
final class LimitsShowCommand extends Verb {
    @Parameters(index = "0", paramLabel = "TENANT", description = "The tenant's name, as in routes.yaml.")
    private String tenant = "";

    @Option(names = "--key", paramLabel = "K", description = "Of the keys' limits, only those of this key.")
    private @Nullable String key;

    @Option(names = "--route", paramLabel = "R", description = "Of the routes' limits, only those of this route.")
    private @Nullable String route;

    @Option(names = "--user", paramLabel = "U", description = "Also the limits on this user, as callers write it.")
    private @Nullable String user;

    @Option(names = "--address", paramLabel = "A", description = "Also the limits on this client address.")
    private @Nullable String address;

    @Option(names = "--format", paramLabel = "F", defaultValue = "text", description = "text (default) or json.")
    private ExplainCommand.Format format = ExplainCommand.Format.text;

    @Mixin
    private final AdminOptions admin = new AdminOptions();

    @Mixin
    private final SettingsOption settings = new SettingsOption();

    @Override
    public Integer call() {
        Map<String, @Nullable String> parameters = new LinkedHashMap<>();
        parameters.put("tenant", tenant);
        parameters.put("key", key);
        parameters.put("route", route);
        parameters.put("user", user);
        parameters.put("address", address);
        JsonNode page = admin.client(this, () -> settings.config(this)).get("/admin/limits", parameters);
        if (format == ExplainCommand.Format.json) {
            out().println(AdminClient.pretty(page));
            return 0;
        }
        if (page.path("limits").isEmpty()) {
            out().println("No limits.");
        } else {
            LimitTable.print(page.path("limits"), out());
        }
        if (page.path("source").asText().equals("local")) {
            out().println();
            out().println("The store does not answer: this is what the gateway that was asked allows by itself.");
        }
        return 0;
    }
}
