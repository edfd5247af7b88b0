// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The facts of one call, written by stages as they learn them and read by listeners once it has ended. Mutable and confined to
 * the call's event loop. Times are {@link System#nanoTime} values; 0 means that it has not happened.
 */
public final class CallRecord {
    public final String id;
    public final long startedNanos;
    private final CallListener listener;
    private final List<Attempt> attempts = new ArrayList<>(1);
    private final List<Skip> skips = new ArrayList<>(0);
    private boolean closed;

    /** What the client is told and logs call its request id: its own {@code x-request-id}, or {@link #id}. */
    public String requestId;

    public String method = "";
    public String path = "";
    public @Nullable Endpoint endpoint;
    public @Nullable Principal principal;
    public @Nullable String revision;
    public @Nullable String model;
    public @Nullable String route;
    public @Nullable String variant;
    public boolean stream;
    public boolean degraded;

    /** Whether the backend's answer was read on after the client had left. */
    public boolean drained;

    /** Makes what counts the text of a try's answer; null where nobody wants to know. */
    public @Nullable Supplier<OutputCount> outputCounts;

    /** The name of the limit that refused the call, such as {@code tenant/acme/usdPerDay}. */
    public @Nullable String limit;

    /** The names of the limits that only observe and had no room for the call. */
    public List<String> wouldHaveRefused = List.of();

    /** If it waited for a limit; until the wait is over null. */
    public @Nullable Waited waited;

    public @Nullable Allowance requestsLeft;
    public @Nullable Allowance tokensLeft;

    /** Whether this process decided alone what the call may use, because the shared store does not answer. */
    public boolean quotaLocal;

    /** Whether what was counted against the limits is not the backend's own count. */
    public boolean usageEstimated;

    /** Tokens that the call was settled at; -1 if no limit is on tokens or money. */
    public long tokensCharged = -1;

    /** Whether a limit on money could not count the call in full, because a price is missing. */
    public boolean costUnknown;

    public int status;
    public @Nullable ErrorKind error;
    public @Nullable String errorMessage;
    public @Nullable Completion completion;
    public long bodyReadNanos;
    public long endedNanos;

    public CallRecord(String id, String requestId, long startedNanos, CallListener listener) {
        this.id = id;
        this.requestId = requestId;
        this.startedNanos = startedNanos;
        this.listener = listener;
        listener.started(this);
    }

    /** Adds a try; it stays last until the next one begins. */
    public Attempt attempt(Try plan, long nowNanos) {
        Attempt attempt = new Attempt(plan, nowNanos);
        attempts.add(attempt);
        return attempt;
    }

    /** Notes that a target was not tried. */
    public void skipped(Target target, String why) {
        skips.add(new Skip(target, why));
    }

    public List<Skip> skips() {
        return skips;
    }

    public List<Attempt> attempts() {
        return attempts;
    }

    public @Nullable Attempt lastAttempt() {
        return attempts.isEmpty() ? null : attempts.getLast();
    }

    /** Begins to count the text of the running try's answer; null if nobody wants to know. */
    public @Nullable OutputCount countOutput() {
        Attempt running = lastAttempt();
        if (running == null || outputCounts == null) {
            return null;
        }
        running.output = outputCounts.get();
        return running.output;
    }

    /** Tells every listener, exactly once whoever calls it and however often. */
    public void close(long nowNanos) {
        if (closed) {
            return;
        }
        closed = true;
        endedNanos = nowNanos;
        listener.ended(this);
    }

    /**
     * The call's time less the time that reading its body, waiting for a limit and its backends took: what Headgate itself cost. -1 if
     * no backend was asked. In a stream the time after the head is left out, because it is the client's and the backend's.
     */
    public long overheadNanos() {
        Attempt last = lastAttempt();
        if (last == null || bodyReadNanos == 0 || last.headNanos == 0) {
            return -1;
        }
        long elsewhere = waited == null ? 0 : waited.nanos();
        for (Attempt attempt : attempts) {
            elsewhere += (stream && attempt == last ? attempt.headNanos : attempt.endedNanos) - attempt.startedNanos;
        }
        long until = stream ? last.headNanos : endedNanos;
        return Math.max(0, until - bodyReadNanos - elsewhere);
    }

    public boolean isClosed() {
        return closed;
    }

    /** A target that was passed over without a try, and why: a word from a closed set. */
    public record Skip(Target target, String why) {}

    /** One try upstream. */
    public static final class Attempt {
        public final Target target;
        public final long startedNanos;
        /** When the request's last byte was written. */
        public long sentNanos;

        public long headNanos;
        public long endedNanos;
        public long firstTokenNanos;
        public int status;
        public @Nullable String failure;

        /** Counts what came of the answer's text; null while nothing is counted. */
        public @Nullable OutputCount output;

        public final Try plan;

        private Attempt(Try plan, long startedNanos) {
            this.plan = plan;
            this.target = plan.target();
            this.startedNanos = startedNanos;
        }
    }
}
