// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a backend's answer says of its cost besides tokens, after the OpenAI API reference.
 *
 * @param tier {@code service_tier}: how the call was in fact processed; null if the answer does not say
 * @param toolCalls how many items of {@code output} are calls of a tool, by the item's type without its {@code _call}, such as
 *     {@code web_search}
 */
public record Reported(@Nullable String tier, Map<String, Integer> toolCalls) {
    /** Of an answer that says nothing. */
    public static final Reported NOTHING = new Reported(null, Map.of());

    public Reported {
        toolCalls = Map.copyOf(toolCalls);
    }
}
