// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import dev.headgate.call.GuardListener.BreakerPhase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the process remembers of one backend at one moment, for people to look at; never a key.
 *
 * @param inFlight tries that are running now, over all its models
 * @param slots its bulkhead, or null if it has none
 * @param credentials one for each of its keys, in their order
 * @param models those that were asked since the start, by name
 */
public record BackendView(
        String name,
        boolean healthy,
        int inFlight,
        @Nullable Slots slots,
        List<Credential> credentials,
        Retries retries,
        List<Model> models) {

    public BackendView {
        credentials = List.copyOf(credentials);
        models = List.copyOf(models);
    }

    /**
     * How many calls the backend gets at once.
     *
     * @param limit the bound, which an adaptive bulkhead moves
     */
    public record Slots(boolean adaptive, int limit, int inUse, int waiting) {}

    /**
     * One of its keys.
     *
     * @param index its place in {@code apiKeys}, from 0
     * @param parked why it is put aside, or null if it is good
     */
    public record Credential(int index, @Nullable Parked parked) {}

    /**
     * A key that is not used for a while.
     *
     * @param status what the backend answered with it
     * @param secondsLeft until it is used again, rounded up
     */
    public record Parked(int status, long secondsLeft) {}

    /**
     * The retry budget.
     *
     * @param requests in the last 10 s
     * @param left retries that it would get now
     */
    public record Retries(long requests, long left) {}

    /**
     * One of its models.
     *
     * @param name from the configuration, or {@code *} for all names under a pattern
     * @param calls in the breaker's window, failed and slow ones included
     * @param firstTokenNanos moving average of the time to the first token of streams; 0 while nothing was measured
     * @param answerNanos the same for answers in one piece
     * @param inFlight tries that are running now
     */
    public record Model(
            String name,
            BreakerPhase breaker,
            long calls,
            long failed,
            long slow,
            long firstTokenNanos,
            long answerNanos,
            int inFlight) {}
}
