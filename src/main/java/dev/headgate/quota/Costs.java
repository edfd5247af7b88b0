// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.call.Call;
import dev.headgate.call.OutputCount;
import dev.headgate.call.Target;
import dev.headgate.call.Usage;

/** What calls cost: guessed before, and computed after. Thread-safe. */
public interface Costs {
    /** No price is known. */
    long UNKNOWN = -1;

    /**
     * Guesses before a call runs. Called while its body is still there.
     *
     * @param mostGuessed tokens up to which an answer may be guessed whose length the caller does not bound, so that a small limit
     *     does not refuse its first call
     */
    Estimate estimate(Call call, long mostGuessed);

    /** What a backend's count costs in nano-dollars, or {@link #UNKNOWN}. */
    long nanoDollars(Target target, Usage usage);

    /** Counts the text of an answer that its backend may not count. */
    OutputCount outputCount();

    /**
     * A guess.
     *
     * @param prompt what a try costs of which nothing came but its beginning
     * @param whole what the call costs
     * @param lesson told what the call really took, if a backend counted it
     */
    record Estimate(Amounts prompt, Amounts whole, Lesson lesson) {
        /** A guess from which nothing is learned. */
        public Estimate(Amounts prompt, Amounts whole) {
            this(prompt, whole, (target, usage) -> {});
        }
    }

    /** Makes the next guess better. */
    @FunctionalInterface
    interface Lesson {
        void learn(Target target, Usage usage);
    }
}
