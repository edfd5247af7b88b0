// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import dev.headgate.auth.KeyFormat;
import java.io.PrintWriter;
import java.security.SecureRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "rotate",
        description = "Print a key's successor, once, and how both are accepted while callers change over.",
        footerHeading = "%nExample:%n",
        footer = "  headgate keys rotate acme web")
final class KeysRotateCommand extends Verb {
    @Mixin
    private final KeyName name = new KeyName();

    @Override
    public Integer call() {
        String tenant = name.tenant(this);
        String id = name.id(this);
        String key = KeyFormat.create(new SecureRandom());
        PrintWriter out = out();
        out.println("Successor of key " + tenant + "/" + id + ", shown only now:");
        out.println();
        out.println("  " + key);
        out.println();
        out.println("1. In routes.yaml, put its hash before the present one; both keys are accepted within a second:");
        out.println();
        out.println("tenants:");
        out.println("  " + tenant + ":");
        out.println("    keys:");
        out.println("      " + id + ": { sha256: [\"" + KeyFormat.digest(key) + "\", \"<the present hash>\"] }");
        out.println();
        out.println("2. Hand the new key to every caller.");
        out.println("3. Remove the old hash; the old key is refused within a second.");
        return 0;
    }
}
