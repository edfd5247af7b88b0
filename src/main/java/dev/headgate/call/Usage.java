// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

/**
 * Tokens as the backend counted them, after the OpenAI API reference ({@code usage}); an explicit zero is zero.
 *
 * @param cachedInput part of {@code input} that the vendor served from its prompt cache
 * @param reasoning part of {@code output} that the model spent thinking
 */
public record Usage(long input, long output, long cachedInput, long reasoning) {
    public long total() {
        return input + output;
    }
}
