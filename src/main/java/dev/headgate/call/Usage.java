// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

/**
 * Tokens as the backend counted them, after the OpenAI API reference ({@code usage}); an explicit zero is zero.
 *
 * @param cachedInput part of {@code input} that the vendor served from its prompt cache
 * @param reasoning part of {@code output} that the model spent thinking
 * @param cacheWrite part of {@code input} that the vendor put into its prompt cache
 * @param audioInput part of {@code input} that was sound
 * @param audioOutput part of {@code output} that was sound
 * @param imageInput part of {@code input} that was pictures
 */
public record Usage(
        long input,
        long output,
        long cachedInput,
        long reasoning,
        long cacheWrite,
        long audioInput,
        long audioOutput,
        long imageInput) {

    /** Text only, and nothing that was put into a cache. */
    public Usage(long input, long output, long cachedInput, long reasoning) {
        this(input, output, cachedInput, reasoning, 0, 0, 0, 0);
    }

    /** The same with another output. */
    public Usage withOutput(long tokens) {
        return new Usage(input, tokens, cachedInput, reasoning, cacheWrite, audioInput, audioOutput, imageInput);
    }

    public long total() {
        return input + output;
    }
}
