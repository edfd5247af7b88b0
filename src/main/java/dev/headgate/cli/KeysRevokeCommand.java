// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "revoke",
        description = "Take a key back at once and for good, in a running gateway and in its replicas.",
        footerHeading = "%nExample:%n",
        footer = "  headgate keys revoke acme web --reason leaked")
final class KeysRevokeCommand extends Verb {
    @Mixin
    private final KeyName name = new KeyName();

    @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "Why; kept in the audit trail.")
    private String reason = "";

    @Option(names = "--format", paramLabel = "F", defaultValue = "text", description = "text (default) or json.")
    private ExplainCommand.Format format = ExplainCommand.Format.text;

    @Mixin
    private final AdminOptions admin = new AdminOptions();

    @Mixin
    private final SettingsOption settings = new SettingsOption();

    @Override
    public Integer call() {
        String tenant = name.tenant(this);
        String key = name.id(this);
        if (reason.isBlank()) {
            throw misuse("--reason is empty");
        }
        JsonNode answer = admin.client(this, () -> settings.config(this))
                .post("/admin/keys/revoke", Map.of("tenant", tenant, "key", key, "reason", reason));
        if (format == ExplainCommand.Format.json) {
            out().println(AdminClient.pretty(answer));
            return 0;
        }
        out().println("Key " + tenant + "/" + key + " is revoked" + reach(answer) + ".");
        out().println("routes.yaml still lists it: remove " + key + " below tenants." + tenant
                + ".keys, or give it a new key with 'headgate keys create " + tenant + " " + key + "'.");
        if (!answer.path("onDisk").asBoolean()) {
            err().println(
                            "It is not on the gateway's disk: revoke it again when the disk is mended, before a restart.");
        }
        if (answer.hasNonNull("warning")) {
            err().println(answer.path("warning").asText());
        }
        return 0;
    }

    private static String reach(JsonNode answer) {
        return switch (answer.path("replicas").asText()) {
            case "shared" -> " here, and in all replicas within a second";
            case "later" -> " here; Redis does not answer, and the other replicas will have it when it does";
            default -> " in this gateway, which shares no store: ask every other one as well";
        };
    }
}
