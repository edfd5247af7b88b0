// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import dev.headgate.auth.KeyFormat;
import java.io.PrintWriter;
import java.security.SecureRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "create",
        description = "Print a new key, once, and the line for routes.yaml that admits it.",
        footerHeading = "%nExample:%n",
        footer = "  headgate keys create acme web")
final class KeysCreateCommand extends Verb {
    @Mixin
    private final KeyName name = new KeyName();

    @Override
    public Integer call() {
        String tenant = name.tenant(this);
        String id = name.id(this);
        String key = KeyFormat.create(new SecureRandom());
        PrintWriter out = out();
        out.println("New key " + tenant + "/" + id + ", shown only now:");
        out.println();
        out.println("  " + key);
        out.println();
        out.println("Paste into routes.yaml:");
        out.println();
        out.println("tenants:");
        out.println("  " + tenant + ":");
        out.println("    keys:");
        out.println("      " + id + ": { sha256: [\"" + KeyFormat.digest(key) + "\"] }");
        return 0;
    }
}
