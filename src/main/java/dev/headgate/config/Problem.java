// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import org.jspecify.annotations.Nullable;

/**
 * One thing wrong in a file: what, where and how to mend it.
 *
 * @param code stable, a letter and three digits; the letter tells the area
 * @param line 1-based; 0 if the problem is of the whole file
 * @param column 1-based, in characters
 * @param length how many characters the caret underlines, at least 1
 * @param label the short text behind the carets, or null
 * @param hint how to mend it, or null
 */
public record Problem(
        Severity severity,
        String code,
        String message,
        String file,
        int line,
        int column,
        int length,
        @Nullable String sourceLine,
        @Nullable String label,
        @Nullable String hint) {

    /** A warning lets the file pass. */
    public enum Severity {
        ERROR,
        WARNING
    }
}
