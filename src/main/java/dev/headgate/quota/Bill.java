// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.call.CallRecord;
import dev.headgate.call.Completion;
import dev.headgate.call.Ending;
import dev.headgate.call.Endpoint;
import dev.headgate.call.Reply;
import dev.headgate.call.Reported;
import dev.headgate.call.Target;
import dev.headgate.call.Usage;
import dev.headgate.metering.Extras;
import dev.headgate.metering.UsageSum;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call that is over has used.
 *
 * @param estimated whether a part of it is no backend's count
 * @param priced whether the money is all there is; without a price what is known counts
 * @param parts the same by targets; one of them, that of the last try, counts the request
 */
record Bill(Amounts amounts, boolean estimated, boolean priced, List<Part> parts) {
    /** @param target null if no target was tried */
    record Part(@Nullable Target target, UsageSum sum) {}

    /**
     * What the backend counted. Where it counted nothing, the estimate of the prompt and what came of the answer's text; also of a
     * try that broke off after it had begun to answer. A backend that had the whole request when the call ended may bill an answer in
     * one piece of which nobody has seen anything, so that counts as it was estimated. An answer of our own, an error, and a request
     * that was never wholly sent cost no tokens; calls about objects that a backend keeps are of none that anybody tells.
     *
     * @param reply null if the call failed
     */
    static Bill of(
            CallRecord record, Costs.Estimate estimate, @Nullable Reply reply, @Nullable Completion done, Costs costs) {
        Sum sum = new Sum(costs, estimate);
        if (record.endpoint != null && record.endpoint.kind() == Endpoint.Kind.STATEFUL) {
            return sum.bill(null);
        }
        CallRecord.Attempt last = record.lastAttempt();
        for (CallRecord.Attempt attempt : record.attempts()) {
            if (attempt == last && reply != null && !record.degraded) {
                answer(sum, attempt, reply, done);
            } else if (attempt == last && isStopped(attempt)) {
                stopped(sum, attempt, record.stream);
            } else if (isBroken(attempt)) {
                sum.seen(attempt, null);
            }
        }
        return sum.bill(last);
    }

    private static void answer(Sum sum, CallRecord.Attempt attempt, Reply reply, @Nullable Completion done) {
        Usage usage = done == null ? null : done.usage();
        Reported reported = done == null ? Reported.NOTHING : done.reported();
        if (done != null && usage != null) {
            sum.count(attempt, usage, isOfAll(done), reported);
        } else if (isSuccess(reply.status()) && attempt.output != null) {
            sum.seen(attempt, reported);
        } else if (isSuccess(reply.status())) {
            sum.whole(attempt, reported);
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
            sum.seen(attempt, null);
        } else {
            sum.whole(attempt, null);
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
        private final Costs costs;
        private final Costs.Estimate estimate;
        private final List<Part> parts = new ArrayList<>(1);
        private long tokens;
        private long nanoDollars;
        private boolean estimated;
        private boolean priced = true;

        private Sum(Costs costs, Costs.Estimate estimate) {
            this.costs = costs;
            this.estimate = estimate;
        }

        /** @param ofAll if not, more may have come after the backend counted */
        private void count(CallRecord.Attempt attempt, Usage usage, boolean ofAll, Reported reported) {
            long seen = ofAll ? 0 : tokensSeen(attempt);
            Usage all = usage.withOutput(Math.max(seen, usage.output()));
            long cost = costs.nanoDollars(attempt.target, all, extras(attempt, reported));
            add(attempt, all, cost, seen > usage.output());
        }

        /** The prompt as it was estimated, and as much of the answer as came. */
        private void seen(CallRecord.Attempt attempt, @Nullable Reported reported) {
            guess(attempt, tokensSeen(attempt), reported);
        }

        /** As the call was estimated. */
        private void whole(CallRecord.Attempt attempt, @Nullable Reported reported) {
            long output = estimate.whole().tokens() - estimate.prompt().tokens();
            guess(attempt, Math.max(0, output), reported);
        }

        /** At the price of the target that was asked, which need not be the one that was expected. */
        private void guess(CallRecord.Attempt attempt, long output, @Nullable Reported reported) {
            Usage usage = new Usage(estimate.prompt().tokens(), output, 0, 0);
            add(attempt, usage, costs.guessedNanoDollars(attempt.target, usage, extras(attempt, reported)), true);
        }

        private Extras extras(CallRecord.Attempt attempt, @Nullable Reported reported) {
            Extras asked = estimate.extras().of(attempt.target);
            return reported == null ? asked : asked.answered(reported);
        }

        private void add(CallRecord.Attempt attempt, Usage usage, long cost, boolean guessed) {
            boolean known = cost != Costs.UNKNOWN;
            tokens += usage.total();
            nanoDollars += Math.max(0, cost);
            priced &= known;
            estimated |= guessed;
            parts.add(new Part(
                    attempt.target,
                    new UsageSum(
                            0,
                            usage.input(),
                            usage.cachedInput(),
                            usage.output(),
                            usage.reasoning(),
                            Math.max(0, cost),
                            known ? 0 : 1,
                            guessed ? 1 : 0)));
        }

        private Bill bill(CallRecord.@Nullable Attempt last) {
            parts.add(new Part(last == null ? null : last.target, UsageSum.REQUEST));
            return new Bill(Amounts.call(tokens, nanoDollars), estimated, priced, parts);
        }

        private static long tokensSeen(CallRecord.Attempt attempt) {
            return attempt.output == null ? 0 : attempt.output.tokens(attempt.target);
        }
    }
}
