// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.call.CallRecord;
import dev.headgate.call.Completion;
import dev.headgate.call.Ending;
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
     * What the backend counted. Where it counted nothing, the estimate of the prompt and what came of the answer's text; also of a
     * try that broke off after it had begun to answer. A backend that had the whole request when the call ended may bill an answer in
     * one piece of which nobody has seen anything, so that counts as it was estimated. An answer of our own, an error, and a request
     * that was never wholly sent cost no tokens.
     *
     * @param reply null if the call failed
     */
    static Bill of(
            CallRecord record, Costs.Estimate estimate, @Nullable Reply reply, @Nullable Completion done, Costs costs) {
        CallRecord.Attempt last = record.lastAttempt();
        Sum sum = new Sum(costs, estimate);
        for (CallRecord.Attempt attempt : record.attempts()) {
            if (attempt == last && reply != null && !record.degraded) {
                answer(sum, attempt, reply, done);
            } else if (attempt == last && isStopped(attempt)) {
                stopped(sum, attempt, record.stream);
            } else if (isBroken(attempt)) {
                sum.seen(attempt);
            }
        }
        return new Bill(Amounts.call(sum.tokens, sum.nanoDollars), sum.estimated, sum.priced);
    }

    private static void answer(Sum sum, CallRecord.Attempt attempt, Reply reply, @Nullable Completion done) {
        Usage usage = done == null ? null : done.usage();
        if (done != null && usage != null) {
            sum.count(attempt, usage, isOfAll(done));
        } else if (isSuccess(reply.status()) && attempt.output != null) {
            sum.seen(attempt);
        } else if (isSuccess(reply.status())) {
            sum.whole(attempt);
        }
    }

    /** Whether the backend's count is its last one: some count in every event. */
    private static boolean isOfAll(Completion done) {
        return done.ending() == Ending.COMPLETE || done.finishReason() != null;
    }

    private static void stopped(Sum sum, CallRecord.Attempt attempt, boolean stream) {
        if (attempt.sentNanos == 0) {
            return;
        }
        if (stream) {
            sum.seen(attempt);
        } else {
            sum.whole(attempt);
        }
    }

    /** Whether the call ended while the try ran. */
    private static boolean isStopped(CallRecord.Attempt attempt) {
        return attempt.failure == null ? attempt.endedNanos == 0 : attempt.failure.equals("cancelled");
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
        private final Costs.Estimate estimate;
        private long tokens;
        private long nanoDollars;
        private boolean estimated;
        private boolean priced = true;

        private Sum(Costs costs, Costs.Estimate estimate) {
            this.costs = costs;
            this.estimate = estimate;
        }

        private void count(CallRecord.Attempt attempt, Usage usage) {
            long cost = costs.nanoDollars(attempt.target, usage);
            tokens += usage.total();
            nanoDollars += Math.max(0, cost);
            priced &= cost != Costs.UNKNOWN;
        }

        /** The prompt as it was estimated, and as much of the answer as came. */
        private void seen(CallRecord.Attempt attempt) {
            estimated = true;
            count(attempt, new Usage(estimate.prompt().tokens(), tokensSeen(attempt), 0, 0));
        }

        /** @param ofAll if not, more may have come after the backend counted */
        private void count(CallRecord.Attempt attempt, Usage usage, boolean ofAll) {
            long seen = ofAll ? 0 : tokensSeen(attempt);
            estimated |= seen > usage.output();
            count(attempt, usage.withOutput(Math.max(seen, usage.output())));
        }

        /** As the call was estimated. */
        private void whole(CallRecord.Attempt attempt) {
            tokens += estimate.whole().tokens();
            nanoDollars += estimate.whole().nanoDollars();
            estimated = true;
            priced &= costs.nanoDollars(attempt.target, NOTHING) != Costs.UNKNOWN;
        }

        private static long tokensSeen(CallRecord.Attempt attempt) {
            return attempt.output == null ? 0 : attempt.output.tokens(attempt.target);
        }
    }
}
