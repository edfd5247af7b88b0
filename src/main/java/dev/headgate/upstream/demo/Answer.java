// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a demo model says to one prompt.
 *
 * @param pieces the text, or a tool call's arguments, in tokens that join to the whole
 * @param tool name of the called function, or null for text
 * @param cut whether the request's token limit ended the answer
 */
record Answer(List<String> pieces, @Nullable String tool, boolean cut, Pace pace) {
    String text() {
        return String.join("", pieces);
    }

    /** OpenAI's {@code finish_reason}. */
    String finishReason() {
        if (cut) {
            return "length";
        }
        return tool == null ? "stop" : "tool_calls";
    }
}
