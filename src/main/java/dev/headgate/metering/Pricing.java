// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import dev.headgate.call.Usage;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one call to one model costs: tokens at the tier that processed them, and tools. Of what can only be bounded, the dearest
 * counts, so that a budget never sees too little.
 *
 * @param perCall nano-dollars of one call of a tool, or null if nobody has said it
 */
record Pricing(Price price, Function<String, @Nullable Long> perCall) {
    /** Nano-dollars by a backend's count, or empty if something was used whose price is not known. */
    OptionalLong cost(Usage usage, Extras extras) {
        return sum(dearestTier(extras, at -> at.cost(usage, extras.requests())), tools(extras, true));
    }

    /** Nano-dollars by an estimate, because there is no count or not yet. */
    OptionalLong guess(Usage usage, Extras extras) {
        Function<Price, OptionalLong> of =
                extras.isByTokens() ? at -> at.cost(usage, extras.requests()) : at -> at.flat(extras.requests());
        return sum(dearestTier(extras, of), tools(extras, false));
    }

    private OptionalLong dearestTier(Extras extras, Function<Price, OptionalLong> cost) {
        List<OptionalLong> costs = new ArrayList<>();
        for (String tier : extras.tiers()) {
            Price at = price.at(tier);
            costs.add(at == null ? OptionalLong.empty() : cost.apply(at));
        }
        return dearest(costs);
    }

    /** @param whole whether the answer was whole, so that a tool which it does not list was not used */
    private OptionalLong tools(Extras extras, boolean whole) {
        if (extras.reported() == null || !extras.listsToolCalls()) {
            return reserved(extras);
        }
        OptionalLong counted = OptionalLong.of(0);
        for (Map.Entry<String, Integer> calls : extras.reported().toolCalls().entrySet()) {
            counted = sum(counted, calls(calls.getKey(), calls.getValue(), extras));
        }
        return whole ? counted : dearest(List.of(counted, reserved(extras)));
    }

    /** The dearest tool as often as the request allows; each of them once if it does not say how often. */
    private OptionalLong reserved(Extras extras) {
        List<OptionalLong> each = extras.tools().keySet().stream()
                .map(tool -> times(perCall.apply(tool), Math.max(1, extras.mostToolCalls())))
                .toList();
        return extras.mostToolCalls() > 0 ? dearest(each) : each.stream().reduce(OptionalLong.of(0), Pricing::sum);
    }

    /** Calls as an answer lists them: by the plain name of the tool, of which the request may have asked for a version. */
    private OptionalLong calls(String listed, int count, Extras extras) {
        if (Extras.isFree(listed)) {
            return OptionalLong.of(0);
        }
        TreeSet<String> meant = new TreeSet<>(extras.tools().keySet());
        meant.removeIf(tool -> !tool.startsWith(listed));
        if (meant.isEmpty()) {
            meant.add(listed);
        }
        return dearest(
                meant.stream().map(tool -> times(perCall.apply(tool), count)).toList());
    }

    /** The greatest of them, 0 if there are none; empty if one is not known. */
    private static OptionalLong dearest(List<OptionalLong> costs) {
        return costs.stream().anyMatch(OptionalLong::isEmpty)
                ? OptionalLong.empty()
                : OptionalLong.of(
                        costs.stream().mapToLong(OptionalLong::getAsLong).max().orElse(0));
    }

    private static OptionalLong times(@Nullable Long price, long count) {
        return price == null
                ? OptionalLong.empty()
                : bounded(BigInteger.valueOf(price).multiply(BigInteger.valueOf(count)));
    }

    private static OptionalLong sum(OptionalLong a, OptionalLong b) {
        return a.isEmpty() || b.isEmpty()
                ? OptionalLong.empty()
                : bounded(BigInteger.valueOf(a.getAsLong()).add(BigInteger.valueOf(b.getAsLong())));
    }

    private static OptionalLong bounded(BigInteger nanos) {
        return OptionalLong.of(nanos.bitLength() > 63 ? Long.MAX_VALUE : nanos.longValue());
    }
}
