// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.metering.UsageSum;

/**
 * What one call takes, or took.
 *
 * @param requests one, or none if the call is taken back as if it had never been
 * @param nanoDollars 10⁹ are one US dollar
 */
public record Amounts(long requests, long tokens, long nanoDollars) {
    /** Nothing at all: settles a reservation as if it had never been. */
    public static final Amounts NONE = new Amounts(0, 0, 0);

    public Amounts {
        if (requests < 0 || tokens < 0 || nanoDollars < 0) {
            throw new IllegalArgumentException("nothing is used less than not at all");
        }
    }

    /** One call. */
    public static Amounts call(long tokens, long nanoDollars) {
        return new Amounts(1, tokens, nanoDollars);
    }

    static Amounts of(UsageSum sum) {
        return new Amounts(sum.requests(), sum.tokens(), sum.nanoDollars());
    }

    /** The part that a limit counts. */
    public long of(Measure measure) {
        return switch (measure) {
            case REQUESTS -> requests;
            case TOKENS -> tokens;
            case MONEY -> nanoDollars;
            case CALLS -> 1;
        };
    }
}
