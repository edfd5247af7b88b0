// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.call.Call;
import dev.headgate.call.Endpoint;
import dev.headgate.call.OutputCount;
import dev.headgate.call.RequestBody;
import dev.headgate.call.Target;
import dev.headgate.call.Usage;
import dev.headgate.metering.AnswerTally;
import dev.headgate.metering.ImageRule;
import dev.headgate.metering.PriceTable;
import dev.headgate.metering.PromptEstimate;
import dev.headgate.metering.TokenCorrection;
import dev.headgate.metering.TokenEstimator;
import dev.headgate.quota.Amounts;
import dev.headgate.quota.Costs;
import dev.headgate.quota.LimitRule;
import dev.headgate.routing.Route;
import dev.headgate.routing.RouteTable;
import java.time.InstantSource;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Guesses a call's tokens from its body and from what was learned, and its money from the snapshot's prices. Thread-safe. */
final class MeteredCosts implements Costs {
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
    public Estimate estimate(Call call, long mostGuessed) {
        Target target = likely(call);
        PromptEstimate seen = target != null && call.body() instanceof RequestBody.Json json
                ? TokenEstimator.estimate(json.content(), call.endpoint(), ImageRule.of(vendorId(target)))
                : PromptEstimate.NONE;
        if (target == null) {
            return new Estimate(Amounts.call(0, 0), Amounts.call(0, 0));
        }
        String route = String.valueOf(call.record().route);
        long prompt = Math.min(correction.prompt(target.stateKey(), seen), LimitRule.MOST);
        long most = Math.max(0, mostGuessed - prompt) / Math.max(1, seen.answers());
        long output = writes(call.endpoint()) ? correction.output(route, seen, most) : 0;
        output = Math.min(output, LimitRule.MOST - prompt);
        return new Estimate(
                Amounts.call(prompt, known(target, new Usage(prompt, 0, 0, 0))),
                Amounts.call(prompt + output, known(target, new Usage(prompt, output, 0, 0))),
                (answered, usage) -> correction.learn(answered.stateKey(), route, seen, usage));
    }

    @Override
    public long nanoDollars(Target target, Usage usage) {
        return prices.cost(target, usage, clock.instant()).orElse(UNKNOWN);
    }

    @Override
    public OutputCount outputCount() {
        return new AnswerTally(correction);
    }

    /** What is not known counts nothing: the answer's record says so. */
    private long known(Target target, Usage usage) {
        OptionalLong cost = prices.cost(target, usage, clock.instant());
        return cost.orElse(0);
    }

    /** The first target of the call's route: the one that answers unless it fails. */
    private @Nullable Target likely(Call call) {
        String model = call.body().model();
        Route route = model == null ? null : routes.find(model);
        return route == null ? null : route.targetsFor(String.valueOf(model)).getFirst();
    }

    private static String vendorId(Target target) {
        return target.id() == null ? target.model() : target.id();
    }

    private static boolean writes(Endpoint endpoint) {
        return switch (endpoint) {
            case CHAT, COMPLETIONS, RESPONSES -> true;
            default -> false;
        };
    }
}
