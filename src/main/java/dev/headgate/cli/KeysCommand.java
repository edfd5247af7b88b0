// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import picocli.CommandLine.Command;

@Command(
        name = "keys",
        description = "Make keys for callers, and take them back. The configuration holds their SHA-256 only.",
        synopsisSubcommandLabel = "(create | rotate | revoke)",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExample:%n",
        footer = "  headgate keys create acme web",
        subcommands = {KeysCreateCommand.class, KeysRotateCommand.class, KeysRevokeCommand.class})
final class KeysCommand {}
