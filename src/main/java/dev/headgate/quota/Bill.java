// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.call.CallRecord;
import dev.headgate.call.Completion;
import dev.headgate.call.Reply;
import dev.headgate.call.Usage;
import org.jspecify.annotations.Nullable;

/**
 * What a call that is over has used.
 *
 * @param estimated whether a part of it is no backend's count
 * @param priced whether the money is all there is; without a price what is known counts
 */
record Bill(Amounts amounts, boolean estimated, boolean priced) {
    /**
     * A try that broke off after it had begun to answer was billed, at least for its prompt. One that was still running when the
     * client left is billed as it was estimated: what the backend has done by then is not known. An answer of our own, and an error,
     * cost no tokens.
     *
     * @param reply null if the call failed
     */
    static Bill of(
            CallRecord record, Costs.Estimate estimate, @Nullable Reply reply, @Nullable Completion done, Costs costs) {
        CallRecord.Attempt last = record.lastAttempt();
        Sum sum = new Sum(costs);
        for (CallRecord.Attempt attempt : record.attempts()) {
            if (attempt != last && isBroken(attempt)) {
                sum.guess(attempt, estimate.prompt());
            }
        }
        if (last != null) {
            if (reply != null && !record.degraded) {
                answer(sum, last, estimate, reply, done == null ? null : done.usage());
            } else if (reply == null && "cancelled".equals(last.failure)) {
                sum.guess(last, estimate.whole());
            } else if (isBroken(last)) {
                sum.guess(last, estimate.prompt());
            }
        }
        return new Bill(Amounts.call(sum.tokens, sum.nanoDollars), sum.estimated, sum.priced);
    }

    private static void answer(
            Sum sum, CallRecord.Attempt attempt, Costs.Estimate estimate, Reply reply, @Nullable Usage usage) {
        if (usage != null) {
            sum.count(attempt, usage);
        } else if (isSuccess(reply.status())) {
            sum.guess(attempt, estimate.whole());
        }
    }

    private static boolean isBroken(CallRecord.Attempt attempt) {
        return attempt.failure != null && isSuccess(attempt.status);
    }

    private static boolean isSuccess(int status) {
        return status / 100 == 2;
    }

    private static final class Sum {
        private static final Usage NOTHING = new Usage(0, 0, 0, 0);

        private final Costs costs;
        private long tokens;
        private long nanoDollars;
        private boolean estimated;
        private boolean priced = true;

        private Sum(Costs costs) {
            this.costs = costs;
        }

        private void count(CallRecord.Attempt attempt, Usage usage) {
            long cost = costs.nanoDollars(attempt.target, usage);
            tokens += usage.total();
            nanoDollars += Math.max(0, cost);
            priced &= cost != Costs.UNKNOWN;
        }

        private void guess(CallRecord.Attempt attempt, Amounts guess) {
            tokens += guess.tokens();
            nanoDollars += guess.nanoDollars();
            estimated = true;
            priced &= costs.nanoDollars(attempt.target, NOTHING) != Costs.UNKNOWN;
        }
    }
}
