// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Backend;
import dev.headgate.call.GuardListener;
import dev.headgate.call.Guards.HealthRule;
import io.vertx.core.AsyncResult;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks one backend again and again, each time after the last answer. Confined to the event loop of {@link HealthChecks}. */
final class HealthCheck {
    private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final long FIRST_WITHIN_MILLIS = 1_000;

    private final Vertx vertx;
    private final Probe probe;
    private final BackendState state;
    private final GuardListener listener;
    private Backend backend;
    private Health health = Health.UNKNOWN;
    private boolean warned;
    private boolean stopped;
    private boolean asking;
    private long timer;

    HealthCheck(Vertx vertx, Probe probe, Backend backend, BackendState state, GuardListener listener) {
        this.vertx = vertx;
        this.probe = probe;
        this.backend = backend;
        this.state = state;
        this.listener = listener;
        askSoon();
    }

    /** Goes on with a changed address, key or rule; what was found out so far stays until the next answer. */
    void changed(Backend now) {
        if (now.equals(backend)) {
            return;
        }
        backend = now;
        warned = false;
        if (!asking) {
            vertx.cancelTimer(timer);
            askSoon();
        }
    }

    /** Asks no more; an answer that is under way is ignored, and the backend counts as healthy again. */
    void stop() {
        stopped = true;
        vertx.cancelTimer(timer);
        if (!health.allowsCalls()) {
            state.healthy = true;
            listener.health(backend.name(), true);
        }
    }

    /** A process with many backends does not ask them all in the same moment. */
    private void askSoon() {
        long within = Math.min(FIRST_WITHIN_MILLIS, rule().every().toMillis());
        askIn(ThreadLocalRandom.current().nextLong(within + 1));
    }

    private void askIn(long millis) {
        timer = vertx.setTimer(Math.max(1, millis), fired -> ask());
    }

    private void ask() {
        Backend asked = backend;
        long every = rule().every().toMillis();
        long started = System.nanoTime();
        asking = true;
        probe.ask(asked, rule().every().compareTo(LONGEST) < 0 ? rule().every() : LONGEST)
                .onComplete(answer -> {
                    asking = false;
                    if (stopped) {
                        return;
                    }
                    if (!asked.equals(backend)) {
                        // Tells of an address or a key that is no longer used.
                        askSoon();
                        return;
                    }
                    judge(answer);
                    askIn(jittered(every) - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
                });
    }

    private void judge(AsyncResult<Integer> answer) {
        boolean good = answer.succeeded() && Health.isAlive(answer.result());
        if (good && answer.result() >= 400 && !warned) {
            warned = true;
            LOG.warn(
                    "Backend \"{}\" answers its health check {} with {}: that counts as alive, but the path may be wrong",
                    backend.name(),
                    rule().path(),
                    answer.result());
        }
        Health before = health;
        health = good ? before.afterGood() : before.afterBad();
        state.healthy = health.allowsCalls();
        if (health.phase() != before.phase()) {
            listener.health(backend.name(), health.allowsCalls());
            log(before.phase(), answer);
        }
    }

    private void log(Health.Phase before, AsyncResult<Integer> answer) {
        if (health.phase() == Health.Phase.UNHEALTHY) {
            LOG.warn(
                    "Backend \"{}\" is unhealthy: two health checks in a row failed, the last one: {}",
                    backend.name(),
                    answer.succeeded() ? "status " + answer.result() : said(answer.cause()));
        } else if (before == Health.Phase.UNHEALTHY) {
            LOG.info("Backend \"{}\" is healthy again", backend.name());
        }
    }

    private static String said(Throwable cause) {
        if (cause instanceof TimeoutException) {
            return "no answer in time";
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message.replaceAll("\\s+", " ");
    }

    private HealthRule rule() {
        return Objects.requireNonNull(backend.guards().health());
    }

    /** Up to a tenth more or less, so that replicas do not fall into step. */
    private static long jittered(long millis) {
        return millis + ThreadLocalRandom.current().nextLong(-millis / 10, millis / 10 + 1);
    }
}
