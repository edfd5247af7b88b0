// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.auth.Revocations;
import dev.headgate.store.redis.RedisReplicas;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Beats twice a second: says by it that this process lives, hears how many others do and whether keys were revoked elsewhere, and
 * notices that Redis lost its data. One beat runs at a time, on a context of its own; the rest may be read from anywhere.
 */
final class Replicas {
    private static final Logger LOG = LoggerFactory.getLogger(Replicas.class);
    private static final long BEAT_MILLIS = 500;
    /** How long a start waits for the first answer, and how often it asks meanwhile. */
    private static final long JOIN_MILLIS = 1_000;

    private static final long JOIN_BEAT_MILLIS = 50;
    /** Answers of five seconds: after a restart of Redis, others may need a while to be counted again. */
    private static final int REMEMBERED = 10;
    /** A late answer or two are nothing to write about. */
    private static final int FAILURES_TO_TELL = 3;

    private final Context context;
    private final RedisReplicas redis;
    private final Revocations revocations;
    private final Runnable onLoss;
    private final Promise<Void> joined = Promise.promise();
    private volatile int live = 1;
    private volatile @Nullable String fault = "it was not asked yet";
    private volatile List<String> complaints = List.of();

    // Touched on the context only.
    private final Deque<Integer> counts = new ArrayDeque<>();
    private int failures;
    private boolean inStep = true;
    private boolean closed;

    /** @param onLoss what to do when Redis has forgotten this process, and so perhaps more */
    Replicas(Vertx vertx, RedisReplicas redis, Revocations revocations, Runnable onLoss) {
        this.context = vertx.getOrCreateContext();
        this.redis = redis;
        this.revocations = revocations;
        this.onLoss = onLoss;
    }

    /** Begins to beat; completes with the first answer, or soon without one. Never fails. */
    Future<Void> join() {
        context.runOnContext(begin -> {
            context.owner().setTimer(JOIN_MILLIS, late -> joined.tryComplete());
            beat();
        });
        return joined.future();
    }

    /**
     * How many processes share the store: the most that lived within the last answers, so that a share of a limit is rather too small
     * than too large. The last number stays while Redis is away; at least 1.
     */
    int live() {
        return live;
    }

    /** Why Redis did not answer the last beat; null if it did. */
    @Nullable
    String fault() {
        return fault;
    }

    /** What an operator has to mend at Redis. */
    List<String> complaints() {
        return complaints;
    }

    private void beat() {
        redis.beat()
                .onComplete(beat -> context.runOnContext(v -> {
                    if (beat.failed()) {
                        failed(String.valueOf(beat.cause().getMessage()));
                    } else {
                        answered(beat.result());
                    }
                }));
    }

    /** Said here too, because a process without calls, or one that has just begun, would find nothing else out. */
    private void failed(String why) {
        fault = why;
        if (++failures == FAILURES_TO_TELL) {
            LOG.warn("Redis does not answer: {}. Until it does, each limit is decided as its whenStoreDown says", why);
        }
        again();
    }

    private void answered(RedisReplicas.Beat beat) {
        boolean first = counts.isEmpty();
        count(beat.live());
        if (failures >= FAILURES_TO_TELL) {
            LOG.info("Redis answers");
        }
        failures = 0;
        if (fault != null) {
            fault = null;
            inspect();
        }
        if (beat.unknown() && !first) {
            onLoss.run();
        }
        revocations
                .heard(beat.revocations())
                .onComplete(heard -> context.runOnContext(v -> {
                    if (heard.succeeded()) {
                        joined.tryComplete();
                    } else if (inStep) {
                        LOG.warn(
                                "Revocations are not exchanged with Redis: {}",
                                heard.cause().getMessage());
                    }
                    inStep = heard.succeeded();
                    again();
                }));
    }

    private void again() {
        if (!closed) {
            long pause = joined.future().isComplete() ? BEAT_MILLIS : JOIN_BEAT_MILLIS;
            context.owner().setTimer(pause, timer -> beat());
        }
    }

    private void count(int now) {
        counts.addLast(now);
        if (counts.size() > REMEMBERED) {
            counts.removeFirst();
        }
        int most = counts.stream().mapToInt(Integer::intValue).max().orElse(1);
        if (most != live) {
            LOG.info("{} process(es) share the store", most);
        }
        live = Math.max(1, most);
    }

    /** The servers may be others than before. */
    private void inspect() {
        redis.complaints()
                .onSuccess(found -> {
                    found.stream().filter(one -> !complaints.contains(one)).forEach(LOG::warn);
                    complaints = found;
                })
                .onFailure(cause -> LOG.debug("Redis does not tell how it is set up: {}", cause.getMessage()));
    }

    /** Leaves at once, so that the others need not wait for the silence. Never fails. */
    Future<Void> close() {
        Promise<Void> left = Promise.promise();
        context.runOnContext(v -> {
            // Behind a beat that is under way, because both go over the connection of this context.
            closed = true;
            redis.leave().onComplete(done -> left.complete());
        });
        return left.future();
    }
}
