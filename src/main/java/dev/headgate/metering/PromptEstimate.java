// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

/**
 * What a request body says of the tokens that its call will take.
 *
 * @param tokens of the prompt, as estimated; {@link TokenCorrection} makes it right for a model
 * @param outputLimit tokens of an answer at most, by the client's word; 0 if it says nothing
 * @param answers how many answers are asked for, at least one
 */
public record PromptEstimate(long tokens, Script script, long outputLimit, long answers) {
    /** Of a body that says nothing. */
    public static final PromptEstimate NONE = new PromptEstimate(0, Script.PLAIN, 0, 1);
}
