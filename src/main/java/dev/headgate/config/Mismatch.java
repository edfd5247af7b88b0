// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import org.jspecify.annotations.Nullable;

/** A scalar that is not what its key wants. */
final class Mismatch extends Exception {
    final ProblemCode code;
    final String expected;
    final @Nullable String hint;

    Mismatch(String expected) {
        this(ProblemCode.WRONG_TYPE, expected, null);
    }

    /** @param expected completes "expected …" */
    Mismatch(ProblemCode code, String expected, @Nullable String hint) {
        super(expected, null, false, false);
        this.code = code;
        this.expected = expected;
        this.hint = hint;
    }
}
