// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A value that is written short, as a scalar, or long, as a mapping; exactly one of the two is there. */
record Either<S, L extends Record>(
        @Nullable S brief, @Nullable L full) {
    <R> R fold(Function<S, R> ofBrief, Function<L, R> ofFull) {
        if (brief != null) {
            return ofBrief.apply(brief);
        }
        if (full != null) {
            return ofFull.apply(full);
        }
        throw new IllegalStateException("neither short nor long");
    }
}
