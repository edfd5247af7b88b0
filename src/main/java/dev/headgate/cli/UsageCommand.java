// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "usage",
        description = "Show what was used, and what it cost, as a running gateway and its replicas have counted it.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  headgate usage",
            "  headgate usage --tenant acme --window month --by window,model",
            "  headgate usage --from 2026-11-01 --by tenant --format json"
        })
final class UsageCommand extends Verb {
    @Option(names = "--tenant", paramLabel = "T", description = "Only of this tenant.")
    private @Nullable String tenant;

    @Option(names = "--key", paramLabel = "K", description = "Only of keys with this name.")
    private @Nullable String key;

    @Option(names = "--route", paramLabel = "R", description = "Only of this route.")
    private @Nullable String route;

    @Option(names = "--model", paramLabel = "M", description = "Only of this model.")
    private @Nullable String model;

    @Option(names = "--window", paramLabel = "W", description = "day, week or month: what a row sums up.")
    private @Nullable Window window;

    @Option(names = "--from", paramLabel = "DATE", description = "First day, YYYY-MM-DD, in the tenant's time zone.")
    private @Nullable LocalDate from;

    @Option(names = "--to", paramLabel = "DATE", description = "Last day, YYYY-MM-DD.")
    private @Nullable LocalDate to;

    @Option(
            names = "--by",
            paramLabel = "GROUP",
            split = ",",
            description = "What rows are told apart by: tenant, key, route, model, window; several with commas.")
    private List<Group> by = List.of();

    @Option(names = "--format", paramLabel = "F", defaultValue = "text", description = "text (default) or json.")
    private ExplainCommand.Format format = ExplainCommand.Format.text;

    @Mixin
    private final AdminOptions admin = new AdminOptions();

    @Mixin
    private final SettingsOption settings = new SettingsOption();

    /** The lengths of windows. */
    enum Window {
        day,
        week,
        month
    }

    /** What rows can be told apart by. */
    enum Group {
        tenant,
        key,
        route,
        model,
        window
    }

    @Override
    public Integer call() {
        if (from != null && to != null && to.isBefore(from)) {
            throw misuse("--to is before --from");
        }
        Map<String, @Nullable String> parameters = new LinkedHashMap<>();
        parameters.put("tenant", tenant);
        parameters.put("key", key);
        parameters.put("route", route);
        parameters.put("model", model);
        parameters.put("window", window == null ? null : window.name());
        parameters.put("from", from == null ? null : from.toString());
        parameters.put("to", to == null ? null : to.toString());
        parameters.put("by", by.isEmpty() ? null : by.stream().map(Enum::name).collect(Collectors.joining(",")));
        JsonNode page = admin.client(this, () -> settings.config(this)).get("/admin/usage", parameters);
        if (format == ExplainCommand.Format.json) {
            out().println(AdminClient.pretty(page));
        } else {
            UsageTable.print(page, out());
        }
        return 0;
    }
}
