// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import dev.headgate.call.Usage;
import java.math.BigInteger;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a model's tokens cost, in nano-dollars (10⁻⁹ USD) for a million tokens: whole numbers, so that a price in USD with up to nine
 * decimals is kept exactly. Null means that the price is not known; zero means that it is free. Pure.
 *
 * <p>A part of the input or output without a price of its own is priced as the whole, except sound, which costs a multiple of text:
 * without its price the cost is unknown.
 *
 * @param cachedInput input that the vendor served from its prompt cache
 * @param cacheWrite input that the vendor put into it
 * @param reasoning output that the model spent thinking
 * @param image pictures in the input
 * @param perRequest nano-dollars for each request, and for each picture of a request that makes several
 * @param tiers the whole price again for each service tier but the normal one
 * @param tools nano-dollars for each call of a tool that the backend runs, by the tool's name or its beginning and {@code *}
 */
public record Price(
        @Nullable Long input,
        @Nullable Long output,
        @Nullable Long cachedInput,
        @Nullable Long cacheWrite,
        @Nullable Long reasoning,
        @Nullable Long audioInput,
        @Nullable Long audioOutput,
        @Nullable Long image,
        @Nullable Long perRequest,
        Map<String, Price> tiers,
        Map<String, Long> tools) {

    private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

    public Price {
        tiers = Map.copyOf(tiers);
        tools = Map.copyOf(tools);
    }

    /** A price at the normal tier, without tools. */
    public Price(
            @Nullable Long input,
            @Nullable Long output,
            @Nullable Long cachedInput,
            @Nullable Long cacheWrite,
            @Nullable Long reasoning,
            @Nullable Long audioInput,
            @Nullable Long audioOutput,
            @Nullable Long image,
            @Nullable Long perRequest) {
        this(
                input,
                output,
                cachedInput,
                cacheWrite,
                reasoning,
                audioInput,
                audioOutput,
                image,
                perRequest,
                Map.of(),
                Map.of());
    }

    /** Text for text. */
    public static Price of(long input, long output) {
        return new Price(input, output, null, null, null, null, null, null, null);
    }

    /**
     * Nano-dollars of a call, or empty if it used something whose price is not known. Summed exactly and rounded up once, so that a
     * call is never charged too little, and at most a nano-dollar too much. Parts never count for more than the whole that they are of.
     */
    public OptionalLong cost(Usage usage) {
        return cost(usage, 1);
    }

    /** @param requests how often {@code perRequest} is to be paid; 0 if that is not known */
    OptionalLong cost(Usage usage, long requests) {
        Sum sum = new Sum();
        long text = Math.max(0, usage.input());
        text -= sum.add(text, usage.cachedInput(), or(cachedInput, input));
        text -= sum.add(text, usage.cacheWrite(), or(cacheWrite, input));
        text -= sum.add(text, usage.audioInput(), audioInput);
        text -= sum.add(text, usage.imageInput(), or(image, input));
        sum.add(text, text, input);
        long answer = Math.max(0, usage.output());
        answer -= sum.add(answer, usage.audioOutput(), audioOutput);
        answer -= sum.add(answer, usage.reasoning(), or(reasoning, output));
        sum.add(answer, answer, output);
        return sum.rounded(perRequest == null ? 0 : perRequest, requests);
    }

    /** Nano-dollars of a call that nobody counted and that is not billed by tokens, or empty if that is not known. */
    OptionalLong flat(long requests) {
        if (isFree()) {
            return OptionalLong.of(0);
        }
        return perRequest == null ? OptionalLong.empty() : new Sum().rounded(perRequest, requests);
    }

    /** The price at a tier, or null if nobody has said it; what is free is free at all tiers that have no price of their own. */
    @Nullable
    Price at(@Nullable String tier) {
        if (Extras.isNormal(tier)) {
            return this;
        }
        Price own = tiers.get(String.valueOf(tier));
        return own == null && isFree() ? this : own;
    }

    /** Whether the cost of such a call will be known if nothing comes that was not asked for. */
    boolean covers(Extras extras) {
        if (isFree()) {
            return true;
        }
        boolean whole = switch (extras.endpoint()) {
            case CHAT, COMPLETIONS, RESPONSES -> input != null && output != null;
            case EMBEDDINGS -> input != null;
            default -> flat(extras.requests()).isPresent();
        };
        return whole && (audioInput != null || !extras.soundIn()) && (audioOutput != null || !extras.soundOut());
    }

    /** Whether tokens, requests and everything else cost nothing; tools are apart. */
    boolean isFree() {
        return isZero(input)
                && isZero(output)
                && Stream.of(cachedInput, cacheWrite, reasoning, audioInput, audioOutput, image, perRequest)
                        .allMatch(part -> part == null || part == 0);
    }

    private static boolean isZero(@Nullable Long price) {
        return price != null && price == 0;
    }

    private static @Nullable Long or(@Nullable Long own, @Nullable Long whole) {
        return own == null ? whole : own;
    }

    /** Wider than a long, because a price times a number of tokens may be. */
    private static final class Sum {
        private BigInteger exact = BigInteger.ZERO;
        private boolean unknown;

        /** @return the tokens that were priced: at most what is left of the whole */
        long add(long left, long tokens, @Nullable Long price) {
            long counted = Math.max(0, Math.min(left, tokens));
            if (counted > 0) {
                unknown |= price == null;
                exact = exact.add(BigInteger.valueOf(counted).multiply(BigInteger.valueOf(price == null ? 0 : price)));
            }
            return counted;
        }

        OptionalLong rounded(long perRequest, long requests) {
            if (unknown || (perRequest > 0 && requests == 0)) {
                return OptionalLong.empty();
            }
            BigInteger nanos = exact.add(MILLION.subtract(BigInteger.ONE))
                    .divide(MILLION)
                    .add(BigInteger.valueOf(perRequest).multiply(BigInteger.valueOf(requests)));
            return OptionalLong.of(nanos.bitLength() > 63 ? Long.MAX_VALUE : nanos.longValue());
        }
    }
}
