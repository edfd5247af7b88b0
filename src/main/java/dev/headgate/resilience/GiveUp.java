// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.CallFailure;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Ending;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Reply;
import dev.headgate.call.UpstreamFault;
import dev.headgate.resilience.NotAdmitted.Why;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a call is answered when no target answered it. */
final class GiveUp {
    private final Call call;
    private final @Nullable String degraded;

    GiveUp(Call call, @Nullable String degraded) {
        this.call = call;
        this.degraded = degraded;
    }

    /** @param last what came of the last try, or null if there was none */
    Future<Reply> of(@Nullable Tried last, List<Candidate> candidates) {
        if (degraded != null && DegradedAnswer.fits(call.endpoint())) {
            if (last != null) {
                last.drop();
            }
            call.record().degraded = true;
            return Future.succeededFuture(DegradedAnswer.of(call, degraded));
        }
        Duration wait = wait(candidates);
        if (last == null) {
            return Future.failedFuture(notTried(candidates, wait));
        }
        AsyncResult<Reply> result = last.result();
        return result.succeeded() ? refused(result.result(), wait) : Future.failedFuture(failed(result.cause(), wait));
    }

    CallFailure cancelled() {
        return GatewayError.of(ErrorKind.UPSTREAM_FAILED, "The call was cancelled.")
                .asFailure();
    }

    /** A backend's own refusal is passed on, unless it is about a credential that is ours. */
    private Future<Reply> refused(Reply reply, @Nullable Duration wait) {
        CallRecord.Attempt tried = Objects.requireNonNull(call.record().lastAttempt());
        if (reply.status() == 401 || reply.status() == 402) {
            reply.ended(Ending.CUT);
            return Future.failedFuture(GatewayError.of(
                            ErrorKind.UPSTREAM_CREDENTIALS,
                            "Backend \"%s\" accepts none of its credentials (status %d): see its apiKeys.%s"
                                    .formatted(tried.target.backend().name(), reply.status(), summary()))
                    .asFailure());
        }
        if (reply.status() == 429 && wait != null && isSooner(wait, reply)) {
            reply.headers().set("retry-after", Long.toString((wait.toMillis() + 999) / 1000));
            reply.headers().set("retry-after-ms", Long.toString(wait.toMillis()));
        }
        return Future.succeededFuture(reply);
    }

    /** The backend's own word stands where it is the smallest, byte for byte. */
    private static boolean isSooner(Duration wait, Reply reply) {
        UpstreamFault fault = reply.fault();
        Duration said = fault == null ? null : fault.retryAfter();
        boolean told =
                reply.headers().contains("retry-after") || reply.headers().contains("retry-after-ms");
        return said == null || !told || wait.plusSeconds(1).compareTo(said) < 0;
    }

    private Throwable failed(Throwable cause, @Nullable Duration wait) {
        if (!(cause instanceof CallFailure failure)) {
            return cause;
        }
        GatewayError error = failure.error();
        return new CallFailure(
                new GatewayError(
                        error.kind(),
                        error.message() + summary() + notReplayable(),
                        error.param(),
                        error.retryAfter() == null ? wait : error.retryAfter()),
                failure.fault());
    }

    private String summary() {
        List<CallRecord.Attempt> tries = call.record().attempts();
        return tries.size() < 2
                ? ""
                : tries.stream()
                        .map(attempt -> attempt.target.backend().name() + " "
                                + (attempt.failure == null ? attempt.status : attempt.failure))
                        .collect(Collectors.joining(", ", " (" + tries.size() + " tries failed: ", ")"));
    }

    private String notReplayable() {
        return call.body().replayable()
                ? ""
                : " It was not tried again: a body that is streamed through cannot be sent twice.";
    }

    private CallFailure notTried(List<Candidate> candidates, @Nullable Duration wait) {
        Candidate first = candidates.stream()
                .filter(candidate -> candidate.why() != Why.OFF)
                .findFirst()
                .orElse(candidates.getFirst());
        Backend backend = first.target.backend();
        Why why = first.why();
        ErrorKind kind = why == Why.COOLING_DOWN
                ? ErrorKind.UPSTREAM_RATE_LIMITED
                : why == Why.BULKHEAD_FULL ? ErrorKind.OVERLOADED : ErrorKind.UPSTREAM_UNAVAILABLE;
        String reason = why == null
                ? "cannot be asked now."
                : switch (why) {
                    case OFF -> "of route \"%s\" is off: %s".formatted(call.record().route, backend.offReason());
                    case COOLING_DOWN -> "has reached its rate limit, and no other target can be asked.";
                    case BULKHEAD_FULL -> "has all its slots taken (maxConcurrent), and no other target can be asked.";
                    default -> "cannot be asked now (" + why.label() + "), and no other target can.";
                };
        Duration retryAfter = why == Why.BULKHEAD_FULL ? Duration.ofSeconds(1) : wait;
        return new GatewayError(kind, "Backend \"%s\" %s".formatted(backend.name(), reason), null, retryAfter)
                .asFailure();
    }

    /** How long until the first target can be asked again that said when; null if none did. */
    private static @Nullable Duration wait(List<Candidate> candidates) {
        long now = System.nanoTime();
        long least = candidates.stream()
                .mapToLong(candidate -> candidate.readyAt(now) - now)
                .filter(nanos -> nanos > 0)
                .min()
                .orElse(0);
        return least == 0 ? null : Duration.ofNanos(least);
    }
}
