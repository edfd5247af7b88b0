// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

/**
 * What calls took, added up.
 *
 * @param requests calls; none for a try that was billed besides the one that answered
 * @param cachedInput part of {@code input}
 * @param reasoning part of {@code output}
 * @param nanoDollars 10⁻⁹ US dollars, as far as prices are known
 * @param unpriced calls whose money is not known in full
 * @param estimated calls of which a part is no backend's count
 */
public record UsageSum(
        long requests,
        long input,
        long cachedInput,
        long output,
        long reasoning,
        long nanoDollars,
        long unpriced,
        long estimated) {
    public static final UsageSum NONE = new UsageSum(0, 0, 0, 0, 0, 0, 0, 0);

    /** One call that took nothing. */
    public static final UsageSum REQUEST = new UsageSum(1, 0, 0, 0, 0, 0, 0, 0);

    /** As limits count them. */
    public long tokens() {
        return input + output;
    }

    public UsageSum plus(UsageSum more) {
        return new UsageSum(
                requests + more.requests,
                input + more.input,
                cachedInput + more.cachedInput,
                output + more.output,
                reasoning + more.reasoning,
                nanoDollars + more.nanoDollars,
                unpriced + more.unpriced,
                estimated + more.estimated);
    }
}
