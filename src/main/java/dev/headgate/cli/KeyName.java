// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import java.util.regex.Pattern;
import picocli.CommandLine.Parameters;

/** The two arguments that name a key, held to what the configuration accepts. */
final class KeyName {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    @Parameters(index = "0", paramLabel = "TENANT", description = "The tenant's name, as in routes.yaml.")
    private String tenant = "";

    @Parameters(index = "1", paramLabel = "ID", description = "The key's name within the tenant.")
    private String id = "";

    String tenant(Verb verb) {
        return checked(verb, "TENANT", tenant);
    }

    String id(Verb verb) {
        return checked(verb, "ID", id);
    }

    private static String checked(Verb verb, String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw verb.misuse(
                    what + " may have up to 64 letters, digits, dots, dashes or underscores, not '" + name + "'");
        }
        return name;
    }
}
