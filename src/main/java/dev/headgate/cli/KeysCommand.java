// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import picocli.CommandLine.Command;

@Command(
        name = "keys",
        description = "Make keys for callers. Nothing is stored: the configuration holds their SHA-256 only.",
        synopsisSubcommandLabel = "(create | rotate)",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExample:%n",
        footer = "  headgate keys create acme web",
        subcommands = {KeysCreateCommand.class, KeysRotateCommand.class})
final class KeysCommand {}
