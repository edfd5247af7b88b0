// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.GuardListener.BreakerPhase;
import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.resilience.FailureWindow.Counts;
import io.vertx.circuitbreaker.CircuitBreaker;
import io.vertx.circuitbreaker.CircuitBreakerOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One outage, from the trip to the good probe, on the state machine of vertx-circuit-breaker. That lets exactly one call through when
 * it is half-open, and reopens if the probe fails or takes too long. Thread-safe.
 */
final class Opening implements Breaker.State {
    private final CircuitBreaker circuit;
    private final Counts counts;
    private final Terms terms;
    private final Consumer<Opening> changed;
    private volatile Terms latest;
    private volatile BreakerPhase phase = BreakerPhase.OPEN;
    private volatile boolean probing;

    /**
     * Nothing happens before {@link #open}.
     *
     * @param counts what the window held when the breaker tripped
     * @param changed told of every phase, the first included, while the library holds its lock on this opening
     */
    Opening(Vertx vertx, String name, Terms terms, Counts counts, Consumer<Opening> changed) {
        this.terms = terms;
        this.latest = terms;
        this.counts = counts;
        this.changed = changed;
        this.circuit = CircuitBreaker.create(
                name,
                vertx,
                new CircuitBreakerOptions()
                        .setResetTimeout(Math.max(1, terms.rule().openFor().toMillis()))
                        .setTimeout(Math.max(1, terms.probeTimeout().toMillis()))
                        // Its own count never opens it: our rule has done that.
                        .setMaxFailures(Integer.MAX_VALUE)
                        .setMaxRetries(0));
        circuit.openHandler(v -> enter(BreakerPhase.OPEN));
        circuit.halfOpenHandler(v -> enter(BreakerPhase.HALF_OPEN));
        circuit.closeHandler(v -> enter(BreakerPhase.CLOSED));
    }

    /** Begins to wait until a probe is due; called once. */
    void open() {
        circuit.open();
    }

    /** Whether {@link #probe} would let a call in now. */
    boolean wantsProbe() {
        return phase == BreakerPhase.HALF_OPEN && !probing;
    }

    /**
     * Makes a call the probe.
     *
     * @param now the terms in force, for the next opening if the probe fails
     * @return to be completed if the backend lives and failed if not, or null if there is nothing to probe now
     */
    @Nullable
    Promise<Void> probe(Terms now) {
        if (!wantsProbe()) {
            return null;
        }
        Promise<Void> outcome = Promise.promise();
        boolean[] admitted = new boolean[1];
        circuit.execute(() -> {
            admitted[0] = true;
            probing = true;
            latest = now;
            return outcome.future();
        });
        return admitted[0] ? outcome : null;
    }

    /** {@link BreakerPhase#CLOSED} once a probe was good. */
    BreakerPhase phase() {
        return phase;
    }

    Counts counts() {
        return counts;
    }

    Terms latestTerms() {
        return latest;
    }

    /** Whether the terms have changed since, for example by a reload; the library's are fixed. */
    boolean isOutdated() {
        return !latest.equals(terms);
    }

    private void enter(BreakerPhase next) {
        probing = false;
        phase = next;
        changed.accept(this);
    }

    /**
     * What a call brings along.
     *
     * @param probeTimeout after which the call has failed, if it is the probe
     */
    record Terms(BreakerRule rule, Duration probeTimeout) {}
}
