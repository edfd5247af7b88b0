// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.math.BigDecimal;
import java.time.Duration;

/** Amounts as the configuration writes them; {@link Units} reads them. Pure. */
public final class Notation {
    private Notation() {}

    /** {@code 250ms}, {@code 30s}, {@code 10m}. */
    public static String duration(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1_000 != 0) {
            return millis + "ms";
        }
        return millis % 60_000 == 0 && millis > 0 ? millis / 60_000 + "m" : millis / 1_000 + "s";
    }

    /** {@code 50}, {@code 0.25}: US dollars from billionths, exact. */
    public static String dollars(long nanos) {
        return BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString();
    }

    /** {@code 600}, {@code 128k}, {@code 2M}. */
    public static String count(long count) {
        if (count == 0 || count % 1_000 != 0) {
            return Long.toString(count);
        }
        return count % 1_000_000 == 0 ? count / 1_000_000 + "M" : count / 1_000 + "k";
    }
}
