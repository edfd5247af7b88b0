// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.WhenStoreDown;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A set of limits as written: each kind at most once, with its amount alone or in the long form. */
record LimitWords(
        @Word(
                value = "Requests per second, refilled continuously; a count, or the long form.",
                min = 1,
                max = LimitRule.MOST_OF_A_RATE)
        @Nullable
        At<Either<Units.Count, OfRate>> requestsPerSecond,

        @Word(value = "Requests per minute, refilled continuously.", min = 1, max = LimitRule.MOST_OF_A_RATE) @Nullable
        At<Either<Units.Count, OfRate>> requestsPerMinute,

        @Word(value = "Requests per hour, refilled continuously.", min = 1, max = LimitRule.MOST_OF_A_RATE) @Nullable
        At<Either<Units.Count, OfRate>> requestsPerHour,

        @Word(
                value = "Requests per day of the tenant's time zone; a count, or the long form.",
                min = 1,
                max = LimitRule.MOST)
        @Nullable
        At<Either<Units.Count, OfCount>> requestsPerDay,

        @Word(
                value = "Tokens of prompts and answers per minute, refilled continuously.",
                min = 1,
                max = LimitRule.MOST_OF_A_RATE)
        @Nullable
        At<Either<Units.Count, OfRate>> tokensPerMinute,

        @Word(value = "Tokens of prompts and answers per day of the tenant's time zone.", min = 1, max = LimitRule.MOST)
        @Nullable
        At<Either<Units.Count, OfCount>> tokensPerDay,

        @Word(
                value = "Tokens of prompts and answers per month of the tenant's time zone.",
                min = 1,
                max = LimitRule.MOST)
        @Nullable
        At<Either<Units.Count, OfCount>> tokensPerMonth,

        @Word(value = "Calls that run at the same time.", min = 1, max = LimitRule.MOST) @Nullable
        At<Either<Units.Count, OfCount>> concurrency,

        @Word(value = "US dollars per day of the tenant's time zone, such as 50 or 0.25, or the long form.", min = 1)
        @Nullable
        At<Either<Units.Usd, OfMoney>> usdPerDay,

        @Word(value = "US dollars per week, from Monday, of the tenant's time zone.", min = 1) @Nullable
        At<Either<Units.Usd, OfMoney>> usdPerWeek,

        @Word(value = "US dollars per month of the tenant's time zone.", min = 1) @Nullable
        At<Either<Units.Usd, OfMoney>> usdPerMonth) {

    enum Mode {
        ENFORCE,
        OBSERVE
    }

    record OfRate(
            @Word(value = "The amount.", min = 1, max = LimitRule.MOST_OF_A_RATE)
            Units.Count limit,

            @Word(
                    value = "How much may be used at once.",
                    otherwise = "a sixth of the amount for requests per minute and hour, else all of it",
                    min = 1,
                    max = LimitRule.MOST_OF_A_RATE)
            Units.@Nullable Count burst,

            @Word(value = "`observe` counts and reports what it would have refused.", preset = "enforce")
            Mode mode,

            @Word(
                    value =
                            "While a shared store does not answer: this process enforces its share (`local`), may spend a small"
                                    + " part of what was left (`allowance`), refuses (`deny`) or lets pass (`allow`).",
                    otherwise = "`local`")
            @Nullable
            WhenStoreDown whenStoreDown) {
        LimitRule rule(LimitKind kind) {
            LimitRule rule = LimitRule.of(kind, limit.value());
            return with(burst == null ? rule : rule.withBurst(burst.value()), mode, whenStoreDown);
        }
    }

    record OfCount(
            @Word(value = "The amount.", min = 1, max = LimitRule.MOST)
            Units.Count limit,

            @Word(value = "`observe` counts and reports what it would have refused.", preset = "enforce")
            Mode mode,

            @Word(
                    value = "While a shared store does not answer, as for rates.",
                    otherwise = "`allowance`; `local` for `concurrency`")
            @Nullable
            WhenStoreDown whenStoreDown) {
        LimitRule rule(LimitKind kind) {
            return with(LimitRule.of(kind, limit.value()), mode, whenStoreDown);
        }
    }

    record OfMoney(
            @Word(value = "The amount in US dollars, with up to nine decimals.", min = 1)
            Units.Usd limit,

            @Word(value = "`observe` counts and reports what it would have refused.", preset = "enforce")
            Mode mode,

            @Word(value = "While a shared store does not answer, as for rates.", otherwise = "`allowance`") @Nullable
            WhenStoreDown whenStoreDown) {
        LimitRule rule(LimitKind kind) {
            return with(LimitRule.of(kind, limit.nanos()), mode, whenStoreDown);
        }
    }

    /** In the order of {@link LimitKind}, each with the place of its value. */
    List<At<LimitRule>> rules() {
        List<At<LimitRule>> rules = new ArrayList<>();
        addRate(rules, LimitKind.REQUESTS_PER_SECOND, requestsPerSecond);
        addRate(rules, LimitKind.REQUESTS_PER_MINUTE, requestsPerMinute);
        addRate(rules, LimitKind.REQUESTS_PER_HOUR, requestsPerHour);
        addCount(rules, LimitKind.REQUESTS_PER_DAY, requestsPerDay);
        addRate(rules, LimitKind.TOKENS_PER_MINUTE, tokensPerMinute);
        addCount(rules, LimitKind.TOKENS_PER_DAY, tokensPerDay);
        addCount(rules, LimitKind.TOKENS_PER_MONTH, tokensPerMonth);
        addCount(rules, LimitKind.CONCURRENCY, concurrency);
        addMoney(rules, LimitKind.USD_PER_DAY, usdPerDay);
        addMoney(rules, LimitKind.USD_PER_WEEK, usdPerWeek);
        addMoney(rules, LimitKind.USD_PER_MONTH, usdPerMonth);
        return rules;
    }

    private static void addRate(
            List<At<LimitRule>> rules, LimitKind kind, @Nullable At<Either<Units.Count, OfRate>> written) {
        if (written != null) {
            LimitRule rule = written.value().fold(n -> LimitRule.of(kind, n.value()), full -> full.rule(kind));
            rules.add(new At<>(rule, written.at()));
        }
    }

    private static void addCount(
            List<At<LimitRule>> rules, LimitKind kind, @Nullable At<Either<Units.Count, OfCount>> written) {
        if (written != null) {
            LimitRule rule = written.value().fold(n -> LimitRule.of(kind, n.value()), full -> full.rule(kind));
            rules.add(new At<>(rule, written.at()));
        }
    }

    private static void addMoney(
            List<At<LimitRule>> rules, LimitKind kind, @Nullable At<Either<Units.Usd, OfMoney>> written) {
        if (written != null) {
            LimitRule rule = written.value().fold(usd -> LimitRule.of(kind, usd.nanos()), full -> full.rule(kind));
            rules.add(new At<>(rule, written.at()));
        }
    }

    private static LimitRule with(LimitRule rule, Mode mode, @Nullable WhenStoreDown whenStoreDown) {
        LimitRule chosen = whenStoreDown == null ? rule : rule.whenStoreDown(whenStoreDown);
        return mode == Mode.OBSERVE ? chosen.observed() : chosen;
    }
}
