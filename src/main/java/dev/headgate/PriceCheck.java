// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.call.CallFailure;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Target;
import dev.headgate.metering.Gap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps calls under a limit on money from what that limit could not count. The first place of a route's order must have a target
 * whose price is known, else the call is refused; other targets without a price are passed over. Pure.
 */
final class PriceCheck {
    private PriceCheck() {}

    /**
     * The names of the models that may not answer.
     *
     * @param first the targets of the first place that may answer at all
     * @param others every target that the call may come to
     * @param gap what of the call has no price at a target, or null
     * @throws CallFailure 400 if no target of the first place is left
     */
    static Set<String> unpriced(
            String model, List<Target> first, List<Target> others, Function<Target, @Nullable Gap> gap) {
        Set<String> unpriced = new HashSet<>();
        Gap found = null;
        for (Target target : first) {
            Gap missing = gap.apply(target);
            if (missing != null) {
                unpriced.add(target.model());
                found = found == null ? missing : found;
            }
        }
        if (found != null
                && unpriced.size()
                        == first.stream().map(Target::model).distinct().count()) {
            throw refusal(model, found).asFailure();
        }
        others.stream().filter(target -> gap.apply(target) != null).forEach(target -> unpriced.add(target.model()));
        return unpriced;
    }

    private static GatewayError refusal(String model, Gap gap) {
        return switch (gap) {
            case Gap.Model() ->
                error(
                        ("This gateway has no price that covers this call of \"%s\", and your tenant's configuration refuses what its"
                                        + " budget could not count.")
                                .formatted(model),
                        "model");
            case Gap.Tier(String name, List<String> priced) ->
                error(
                        "The service tier \"%s\" has no price for \"%s\" in this gateway, so that your budget could not count it. With a price: %s."
                                .formatted(shortened(name), model, listed("default", priced)),
                        "service_tier");
            case Gap.Tool(String name, String member, List<String> priced) ->
                error(
                        "The tool \"%s\" runs at the backend and has no price for \"%s\" in this gateway, so that your budget could not count it. With a price: %s."
                                .formatted(
                                        shortened(name), model, priced.isEmpty() ? "none" : String.join(", ", priced)),
                        member);
        };
    }

    private static GatewayError error(String message, String param) {
        return GatewayError.of(ErrorKind.PRICE_UNKNOWN, message, param);
    }

    private static String listed(String first, List<String> more) {
        return more.isEmpty() ? first : first + ", " + String.join(", ", more);
    }

    /** Clients write it as long as they like. */
    private static String shortened(String name) {
        return name.length() <= 64 ? name : name.substring(0, 64) + "…";
    }
}
