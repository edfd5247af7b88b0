// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.call.Call;
import dev.headgate.call.CallFailure;
import dev.headgate.call.Endpoint;
import dev.headgate.call.OutputCount;
import dev.headgate.call.RequestBody;
import dev.headgate.call.Target;
import dev.headgate.call.Usage;
import dev.headgate.metering.AnswerTally;
import dev.headgate.metering.Extras;
import dev.headgate.metering.Gap;
import dev.headgate.metering.ImageRule;
import dev.headgate.metering.PriceTable;
import dev.headgate.metering.PromptEstimate;
import dev.headgate.metering.TokenCorrection;
import dev.headgate.metering.TokenEstimator;
import dev.headgate.quota.Amounts;
import dev.headgate.quota.Costs;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.MustPrice;
import dev.headgate.routing.Choice;
import dev.headgate.routing.Route;
import dev.headgate.routing.RouteTable;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Guesses a call's tokens from its body and from what was learned, and its money from the snapshot's prices. Thread-safe. */
final class MeteredCosts implements Costs {
    /** Text of a prompt that is looked at where no limit depends on it. */
    private static final int SAMPLE_BYTES = 8 * 1024;

    private final RouteTable routes;
    private final PriceTable prices;
    private final TokenCorrection correction;
    private final InstantSource clock;

    MeteredCosts(RouteTable routes, PriceTable prices, TokenCorrection correction, InstantSource clock) {
        this.routes = routes;
        this.prices = prices;
        this.correction = correction;
        this.clock = clock;
    }

    @Override
    public Estimate estimate(Call call, MustPrice mustPrice, Amounts mostGuessed) {
        return estimate(call, mustPrice, mostGuessed, Integer.MAX_VALUE);
    }

    @Override
    public Estimate roughly(Call call) {
        return estimate(call, MustPrice.UNCOUNTED, ANYTHING, SAMPLE_BYTES);
    }

    private Estimate estimate(Call call, MustPrice mustPrice, Amounts mostGuessed, int sampleBytes) {
        String model = call.body().model();
        Route route = model == null ? null : routes.find(model);
        List<Target> first = route == null ? List.of() : firstPlace(call, route.orderFor(String.valueOf(model)));
        if (route == null || first.isEmpty()) {
            return new Estimate(Amounts.call(0, 0), Amounts.call(0, 0));
        }
        List<Target> targets = route.everyTargetFor(String.valueOf(model));
        Asked asked = asked(call, targets, mustPrice);
        Instant now = clock.instant();
        Set<String> unpriced = mustPrice.isEnforced()
                ? PriceCheck.unpriced(
                        String.valueOf(model), first, targets, target -> gap(target, asked, mustPrice, now))
                : Set.of();
        Target likely = first.stream()
                .filter(target -> !unpriced.contains(target.model()))
                .findFirst()
                .orElseThrow();
        return estimate(call, likely, asked, unpriced, mostGuessed, sampleBytes);
    }

    private Estimate estimate(
            Call call, Target target, Asked asked, Set<String> unpriced, Amounts mostGuessed, int sampleBytes) {
        PromptEstimate seen = call.body() instanceof RequestBody.Json json
                ? TokenEstimator.estimate(json.content(), call.endpoint(), ImageRule.of(target.vendorId()), sampleBytes)
                : PromptEstimate.NONE;
        String route = String.valueOf(call.record().route);
        long prompt = Math.min(correction.prompt(target.stateKey(), seen), LimitRule.MOST);
        long most = Math.max(0, mostGuessed.tokens() - prompt) / Math.max(1, seen.answers());
        long output = writes(call.endpoint()) ? correction.output(route, seen, most) : 0;
        output = Math.min(output, LimitRule.MOST - prompt);
        Extras extras = asked.of(target);
        long silent = known(target, new Usage(prompt, 0, 0, 0), extras);
        if (seen.outputLimit() == 0) {
            long whole = known(target, new Usage(prompt, output, 0, 0), extras);
            output = affordable(output, whole - silent, mostGuessed.nanoDollars() - silent);
        }
        return new Estimate(
                Amounts.call(prompt, silent),
                Amounts.call(prompt + output, known(target, new Usage(prompt, output, 0, 0), extras)),
                (answered, usage) -> correction.learn(answered.stateKey(), route, seen, usage),
                asked,
                unpriced);
    }

    /** How many of these tokens may be guessed if all of them cost this, and this much may be spent. */
    private static long affordable(long tokens, long cost, long most) {
        return cost <= most ? tokens : (long) (tokens * ((double) Math.max(0, most) / cost));
    }

    @Override
    public long nanoDollars(Target target, Usage usage, Extras extras) {
        return orUnknown(prices.cost(target, usage, extras, clock.instant()));
    }

    @Override
    public long guessedNanoDollars(Target target, Usage usage, Extras extras) {
        return orUnknown(prices.guess(target, usage, extras, clock.instant()));
    }

    private static long orUnknown(OptionalLong cost) {
        return cost.isEmpty() ? UNKNOWN : Math.min(LimitRule.MOST, cost.getAsLong());
    }

    @Override
    public OutputCount outputCount() {
        return new AnswerTally(correction);
    }

    /** What is not known counts nothing: the answer's record says so. */
    private long known(Target target, Usage usage, Extras extras) {
        return Math.max(0, guessedNanoDollars(target, usage, extras));
    }

    /** A limit that only observes refuses nobody, so that what nobody can make out counts as nothing special. */
    private static Asked asked(Call call, List<Target> targets, MustPrice mustPrice) {
        if (mustPrice == MustPrice.UNCOUNTED) {
            return target -> Extras.none(call.endpoint());
        }
        try {
            return AskedExtras.of(call, targets, mustPrice == MustPrice.EVERYTHING);
        } catch (CallFailure saidTwice) {
            if (mustPrice.isEnforced()) {
                throw saidTwice;
            }
            return target -> Extras.none(call.endpoint());
        }
    }

    private @Nullable Gap gap(Target target, Asked asked, MustPrice mustPrice, Instant now) {
        return mustPrice == MustPrice.EVERYTHING
                ? prices.gap(target, asked.of(target), now)
                : prices.extrasGap(target, asked.of(target), now);
    }

    /** The targets of which one answers unless it fails. */
    private static List<Target> firstPlace(Call call, List<Choice> order) {
        String pin = call.backendPin();
        return order.stream()
                .map(choice -> choice.targets()
                        .filter(target -> pin == null || target.backend().name().equals(pin))
                        .toList())
                .filter(targets -> !targets.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private static boolean writes(Endpoint endpoint) {
        return switch (endpoint) {
            case CHAT, COMPLETIONS, RESPONSES -> true;
            default -> false;
        };
    }
}
