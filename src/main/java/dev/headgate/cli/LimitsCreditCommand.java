// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import java.math.BigDecimal;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "credit",
        description = "Give more of one limit, once: in the present day, week or month, or at this moment for a rate.",
        footerHeading = "%nExample:%n",
        footer = "  headgate limits credit tenant/acme/usdPerMonth 25 --reason launch-week")
final class LimitsCreditCommand extends LimitChange {
    @Parameters(index = "1", paramLabel = "AMOUNT", description = "US dollars for budgets, else requests or tokens.")
    private BigDecimal amount = BigDecimal.ZERO;

    @Override
    public Integer call() {
        if (amount.signum() <= 0) {
            throw misuse("AMOUNT has to be more than 0");
        }
        return send("credit", Map.of("amount", amount));
    }
}
