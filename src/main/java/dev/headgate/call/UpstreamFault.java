// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a backend's own error answer says to a program: the facts that decide about another try. Types and codes are the words of
 * the OpenAI API reference (Error codes).
 *
 * @param status the answer's; for an error event the status that it names or means
 * @param type {@code error.type}, or null
 * @param code {@code error.code}, or null
 * @param retryAfter when to come back, as far as the answer says so
 */
public record UpstreamFault(
        int status,
        @Nullable String type,
        @Nullable String code,
        @Nullable Duration retryAfter) {
    public static final String CONTEXT_TOO_LONG = "context_length_exceeded";
    public static final String CONTENT_FILTERED = "content_filter";

    private static final Set<String> CONTEXT_WORDS =
            Set.of(CONTEXT_TOO_LONG, "exceed_context_size_error", "string_above_max_length");
    private static final Set<String> FILTER_WORDS =
            Set.of(CONTENT_FILTERED, "content_policy_violation", "responsibleaipolicyviolation");

    /** Whether the prompt does not fit into the model's window. */
    public boolean isContextTooLong() {
        return says(CONTEXT_WORDS);
    }

    /** Whether the backend's content policy refused the prompt. */
    public boolean isContentFiltered() {
        return says(FILTER_WORDS);
    }

    /** Whether the account is out of money, which waiting does not mend. */
    public boolean isOutOfQuota() {
        return says(Set.of("insufficient_quota"));
    }

    private boolean says(Set<String> words) {
        return isOne(code, words) || isOne(type, words);
    }

    private static boolean isOne(@Nullable String word, Set<String> words) {
        return word != null && words.contains(word.toLowerCase(Locale.ROOT));
    }
}
