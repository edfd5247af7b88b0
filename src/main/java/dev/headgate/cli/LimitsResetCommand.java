// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import java.util.Map;
import picocli.CommandLine.Command;

@Command(
        name = "reset",
        description =
                "Begin one limit anew: nothing is used of it. Calls that run settle only what differs from their estimate.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  headgate limits reset tenant/acme/requestsPerDay --reason broken-batch",
            "  headgate limits reset user/acme/requestsPerMinute --user ann --reason demo"
        })
final class LimitsResetCommand extends LimitChange {
    @Override
    public Integer call() {
        return send("reset", Map.of());
    }
}
