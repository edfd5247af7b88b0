// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.ShortDuration;
import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a caller is told whom a limit refuses: which limit, how much it is, and when to come back. Pure. */
final class Refusals {
    private static final int NANO_DIGITS = 9;

    private Refusals() {}

    /** @param limit as it is configured */
    static GatewayError of(Decision.Refused refused, Limit limit, String tenant, Amounts estimate) {
        LimitRule rule = limit.rule();
        String name = "the limit %s, %s %s"
                .formatted(limit.id(tenant), limit.kind().word(), amount(limit.kind(), rule.amount()));
        if (refused.reason() == Decision.Reason.STORE_DOWN) {
            return new GatewayError(
                    ErrorKind.STORE_UNAVAILABLE,
                    "The store that counts %s does not answer.".formatted(name),
                    null,
                    refused.retryAfter());
        }
        if (refused.reason() == Decision.Reason.TOO_LARGE) {
            return rule.capacity() == 0 ? never(limit, name) : tooLarge(limit, name, estimate);
        }
        Duration wait = Duration.ofMillis(Math.ceilDiv(refused.retryAfter().toNanos(), 1_000_000L));
        return new GatewayError(
                kind(limit.kind().measure()),
                "This call would exceed %s. Try again in %s.".formatted(name, ShortDuration.of(wait)),
                null,
                wait);
    }

    /** That the store fails, and nobody else decides. */
    static GatewayError storeDown() {
        return new GatewayError(
                ErrorKind.STORE_UNAVAILABLE,
                "The store that counts what callers use does not answer.",
                null,
                Duration.ofSeconds(5));
    }

    private static GatewayError never(Limit limit, String name) {
        return GatewayError.of(kind(limit.kind().measure()), "This call would exceed %s.".formatted(name));
    }

    private static GatewayError tooLarge(Limit limit, String name, Amounts estimate) {
        Measure measure = limit.kind().measure();
        boolean byOutput = measure == Measure.TOKENS || measure == Measure.MONEY;
        @Nullable String hint = byOutput ? " Send less, or ask for less output (max_completion_tokens)." : "";
        return GatewayError.of(
                ErrorKind.INVALID_REQUEST,
                "This call alone needs about %s and can never pass %s, which allows %s at once.%s"
                        .formatted(
                                amount(limit.kind(), estimate.of(measure)),
                                name,
                                amount(limit.kind(), limit.rule().capacity()),
                                hint));
    }

    private static ErrorKind kind(Measure measure) {
        return switch (measure) {
            case REQUESTS -> ErrorKind.REQUESTS_LIMITED;
            case TOKENS -> ErrorKind.TOKENS_LIMITED;
            case MONEY -> ErrorKind.BUDGET_EXCEEDED;
            case CALLS -> ErrorKind.CONCURRENCY_LIMITED;
        };
    }

    private static String amount(LimitKind kind, long amount) {
        return kind.measure() == Measure.MONEY
                ? BigDecimal.valueOf(amount, NANO_DIGITS).stripTrailingZeros().toPlainString() + " USD"
                : Long.toString(amount);
    }
}
