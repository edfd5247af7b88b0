// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Timeouts;
import dev.headgate.call.Timing;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds one try to its timeouts, whatever it is doing. Told by the exchange how far the try is; looks at the time only when the event
 * loop's timer ticks, so that a piece of a stream costs nothing here. Confined to the call's event loop.
 */
final class AttemptWatch implements Timing.Watcher {
    private final String backend;
    private final Timeouts timeouts;
    private final boolean stream;
    private final long startedNanos;
    private final Consumer<GatewayError> late;
    private long sentNanos;
    private boolean headSeen;
    private boolean answered;
    private boolean over;
    private @Nullable Tap tap;
    private long seenMoves;
    private long movedNanos;

    /**
     * @param stream whether the caller waits for a stream; an answer in one piece comes when the model is done
     * @param late told once, with the error that names the timeout
     */
    AttemptWatch(String backend, Timeouts timeouts, boolean stream, long startedNanos, Consumer<GatewayError> late) {
        this.backend = backend;
        this.timeouts = timeouts;
        this.stream = stream;
        this.startedNanos = startedNanos;
        this.late = late;
    }

    /** The request's last byte was written. */
    void sent(long nowNanos) {
        sentNanos = nowNanos;
    }

    void headSeen() {
        headSeen = true;
    }

    /** The try has its reply; what is still to come of it comes through the tap, or is there already. */
    void answered(@Nullable Tap body, long nowNanos) {
        answered = true;
        tap = body;
        movedNanos = nowNanos;
    }

    @Override
    public void tick(long nowNanos) {
        if (over) {
            return;
        }
        Duration total = timeouts.total();
        if (total != null && passed(startedNanos, total, nowNanos)) {
            late("was not done in time", "total", total);
        } else if (!answered && stream) {
            if (sentNanos != 0 && !headSeen && passed(sentNanos, timeouts.firstByte(), nowNanos)) {
                late("sent no head in time", "firstByte", timeouts.firstByte());
            } else if (passed(startedNanos, timeouts.firstToken(), nowNanos)) {
                late("sent no token in time", "firstToken", timeouts.firstToken());
            }
        } else if (tap != null) {
            watchIdle(tap, nowNanos);
        }
    }

    private void watchIdle(Tap body, long nowNanos) {
        if (body.isPaused() || body.moves() != seenMoves) {
            seenMoves = body.moves();
            movedNanos = nowNanos;
        } else if (passed(movedNanos, timeouts.idle(), nowNanos)) {
            late("fell silent", "idle", timeouts.idle());
        }
    }

    private static boolean passed(long sinceNanos, Duration limit, long nowNanos) {
        return nowNanos - sinceNanos > limit.toNanos();
    }

    private void late(String what, String setting, Duration limit) {
        over = true;
        late.accept(GatewayError.of(
                ErrorKind.UPSTREAM_TIMEOUT,
                "Backend \"%s\" %s (timeouts.%s %s).".formatted(backend, what, setting, Durations.text(limit))));
    }
}
