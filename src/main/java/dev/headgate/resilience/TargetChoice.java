// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import java.util.List;

/**
 * Which target is tried next, by the standing of all of them. Pure. What can be asked now and was not asked yet comes first, in the
 * order of the configuration; then what was asked already, after a pause; then what has to be waited for; and if nothing was
 * asked at all because everything is broken, the least bad.
 */
sealed interface TargetChoice {
    /** Try it at once. */
    record Now(int index) implements TargetChoice {}

    /** Try it again after a backoff, if its backend's retry budget allows. */
    record Again(int index) implements TargetChoice {}

    /** Wait for it, and then look again. */
    record At(long nanos) implements TargetChoice {}

    /** Try it though it is known to be broken. */
    record LastResort(int index) implements TargetChoice {}

    /** There is nothing left to try. */
    record None() implements TargetChoice {}

    /**
     * One target.
     *
     * @param tries how often this call has tried it
     * @param readyAt {@link System#nanoTime} from which it may be asked, with {@link Standing#NOT_YET}
     * @param badness the larger the worse, with {@link Standing#BROKEN}
     */
    record Option(int tries, Standing standing, long readyAt, double badness) {}

    /** What keeps a call from a target. */
    enum Standing {
        READY,
        /** All its slots are taken, but one may come free soon. */
        BUSY,
        /** The backend said when it may be asked again. */
        NOT_YET,
        /** Its breaker is open, it does not answer health checks, or it refuses every key. */
        BROKEN,
        /** Nothing that could be waited for makes it usable. */
        OUT
    }

    /** @param deadline {@link System#nanoTime} at which the call ends whatever comes */
    static TargetChoice among(List<Option> options, long now, long deadline) {
        int untried = first(options, Standing.READY, 0);
        untried = untried >= 0 ? untried : first(options, Standing.BUSY, 0);
        if (untried >= 0) {
            return new Now(untried);
        }
        int tried = leastTried(options);
        if (tried >= 0) {
            return new Again(tried);
        }
        long soonest = soonest(options, now);
        if (soonest != Long.MAX_VALUE && soonest < deadline - now) {
            return new At(now + soonest);
        }
        boolean anyTried = options.stream().anyMatch(option -> option.tries > 0);
        int least = anyTried ? -1 : leastBad(options);
        return least >= 0 ? new LastResort(least) : new None();
    }

    private static int first(List<Option> options, Standing standing, int tries) {
        for (int i = 0; i < options.size(); i++) {
            if (options.get(i).standing == standing && options.get(i).tries == tries) {
                return i;
            }
        }
        return -1;
    }

    private static int leastTried(List<Option> options) {
        int best = -1;
        for (int i = 0; i < options.size(); i++) {
            Option option = options.get(i);
            boolean usable = option.standing == Standing.READY || option.standing == Standing.BUSY;
            if (usable && (best < 0 || option.tries < options.get(best).tries)) {
                best = i;
            }
        }
        return best;
    }

    /** Nanoseconds until the first of those that said when; {@link Long#MAX_VALUE} if none did. */
    private static long soonest(List<Option> options, long now) {
        return options.stream()
                .filter(option -> option.standing == Standing.NOT_YET)
                .mapToLong(option -> Math.max(0, option.readyAt - now))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private static int leastBad(List<Option> options) {
        int best = -1;
        for (int i = 0; i < options.size(); i++) {
            boolean broken = options.get(i).standing == Standing.BROKEN;
            if (broken && (best < 0 || options.get(i).badness < options.get(best).badness)) {
                best = i;
            }
        }
        return best;
    }
}
