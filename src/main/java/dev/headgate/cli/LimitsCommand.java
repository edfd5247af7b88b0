// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import picocli.CommandLine.Command;

@Command(
        name = "limits",
        description = "Look at the limits of a running gateway, begin one anew, or top one up.",
        synopsisSubcommandLabel = "(show | reset | credit)",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExample:%n",
        footer = "  headgate limits show acme",
        subcommands = {LimitsShowCommand.class, LimitsResetCommand.class, LimitsCreditCommand.class})
final class LimitsCommand {}
