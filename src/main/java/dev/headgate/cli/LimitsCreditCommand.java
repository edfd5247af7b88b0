// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "credit",
        description = "Give more of one limit, once: in the present day, week or month, or at this moment for a rate.",
        footerHeading = "%nExample:%n",
        footer = "  headgate limits credit tenant/acme/usdPerMonth 25 --reason launch-week")
final class LimitsCreditCommand extends LimitChange {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,16}(\\.[0-9]{1,16})?");

    @Parameters(index = "1", paramLabel = "AMOUNT", description = "US dollars for budgets, else requests or tokens.")
    private String amount = "";

    @Override
    public Integer call() {
        return send("credit", Map.of("amount", amount()));
    }

    private BigDecimal amount() {
        if (!NUMBER.matcher(amount).matches()) {
            throw misuse("AMOUNT has to be a number such as 25 or 2.50, not '" + amount + "'");
        }
        BigDecimal value = new BigDecimal(amount);
        if (value.signum() == 0) {
            throw misuse("AMOUNT has to be more than 0");
        }
        return value;
    }
}
