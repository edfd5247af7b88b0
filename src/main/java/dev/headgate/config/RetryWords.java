// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.routing.RetryRule;
import org.jspecify.annotations.Nullable;

/** Words for how often a call is tried: a route's win over those of {@code defaults:}, each for itself. */
record RetryWords(
        @Word(
                value = "Tries over all targets, the first included; moves to a backend's next key are not counted.",
                otherwise = "`defaults.retry.attempts`",
                min = 1,
                max = 10)
        @Nullable
        Integer attempts,

        @Word(
                value = "The longest pause before the same targets are tried again, at first and at last; it doubles,"
                        + " and the dice decide how much of it is waited.",
                otherwise = "`defaults.retry.backoff`",
                min = 1)
        Units.@Nullable DurationRange backoff) {

    /** Of {@code defaults:}. */
    record OfDefaults(
            @Word(
                    value =
                            "Tries over all targets, the first included; moves to a backend's next key are not counted.",
                    preset = "3",
                    min = 1,
                    max = 10)
            int attempts,

            @Word(
                    value =
                            "The longest pause before the same targets are tried again, at first and at last; it doubles,"
                                    + " and the dice decide how much of it is waited.",
                    preset = "50ms..500ms",
                    min = 1)
            Units.DurationRange backoff) {}

    RetryRule over(OfDefaults wider) {
        Units.DurationRange pause = backoff == null ? wider.backoff() : backoff;
        return new RetryRule(attempts == null ? wider.attempts() : attempts, pause.from(), pause.to());
    }
}
