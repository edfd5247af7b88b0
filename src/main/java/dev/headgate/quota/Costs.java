// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.call.Call;
import dev.headgate.call.Endpoint;
import dev.headgate.call.OutputCount;
import dev.headgate.call.Target;
import dev.headgate.call.Usage;
import dev.headgate.metering.Extras;
import java.util.Set;

/** What calls cost: guessed before, and computed after. Thread-safe. */
public interface Costs {
    /** No price is known. */
    long UNKNOWN = -1;

    /** That no limit bounds a guess. */
    Amounts ANYTHING = Amounts.call(Long.MAX_VALUE, Long.MAX_VALUE);

    /**
     * Guesses before a call runs. Called while its body is still there.
     *
     * @param mustPrice what has to have a price
     * @param mostGuessed tokens and money up to which a call may be guessed whose answer the caller does not bound, so that a small
     *     limit does not refuse its first call
     * @throws dev.headgate.call.CallFailure 400 if what has to have a price has none
     */
    Estimate estimate(Call call, MustPrice mustPrice, Amounts mostGuessed);

    /** The same for a call that no limit on tokens or money looks at: quick, however long the prompt is. */
    default Estimate roughly(Call call) {
        return estimate(call, MustPrice.UNCOUNTED, ANYTHING);
    }

    /** What a backend's count costs in nano-dollars, or {@link #UNKNOWN}. */
    long nanoDollars(Target target, Usage usage, Extras extras);

    /** What a call costs in nano-dollars whose tokens no backend counted, or {@link #UNKNOWN}. */
    long guessedNanoDollars(Target target, Usage usage, Extras extras);

    /** Counts the text of an answer that its backend may not count. */
    OutputCount outputCount();

    /**
     * A guess.
     *
     * @param prompt what a try costs of which nothing came but its beginning
     * @param whole what the call costs
     * @param lesson told what the call really took, if a backend counted it
     * @param extras what the request asks for at extra cost
     * @param unpriced the names of models that may not answer, because what has to have a price has none there
     */
    record Estimate(Amounts prompt, Amounts whole, Lesson lesson, Asked extras, Set<String> unpriced) {
        /** A guess from which nothing is learned, of a call that asks for nothing special. */
        public Estimate(Amounts prompt, Amounts whole) {
            this(prompt, whole, (target, usage) -> {}, target -> Extras.none(Endpoint.CHAT), Set.of());
        }

        /** Of a call that a backend has counted, or that no backend knows how to. */
        static Estimate nothing(Endpoint endpoint) {
            Amounts none = Amounts.call(0, 0);
            return new Estimate(none, none, (target, usage) -> {}, target -> Extras.none(endpoint), Set.of());
        }
    }

    /** What a request asks a target for at extra cost: a model may say some of it itself. */
    @FunctionalInterface
    interface Asked {
        Extras of(Target target);
    }

    /** Makes the next guess better. */
    @FunctionalInterface
    interface Lesson {
        void learn(Target target, Usage usage);
    }
}
