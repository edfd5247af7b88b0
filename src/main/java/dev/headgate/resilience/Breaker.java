// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.GuardListener.BreakerPhase;
import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.resilience.FailureWindow.Counts;
import dev.headgate.resilience.FailureWindow.Outcome;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps calls from a model of a backend that fails or crawls. While calls flow they feed a window; when the window trips, an {@link
 * Opening} takes over until a probe was good, and then the calls come back along a {@link Ramp}. Shared by all event loops;
 * thread-safe.
 */
final class Breaker {
    // Locks are taken in one order only: the library's on an opening, then this breaker's. Nothing of the library may
    // therefore be
    // called while this breaker's is held.
    private final Vertx vertx;
    private final String name;
    private final Consumer<BreakerPhase> listener;
    private final LongSupplier nanos;
    private final RandomGenerator dice;
    private final AtomicReference<State> state =
            new AtomicReference<>(new Flow(new FailureWindow(BreakerRule.DEFAULT.window()), Ramp.NONE, true));
    private boolean retired;

    /**
     * A closed breaker.
     *
     * @param listener told of every change of the phase; that a ramp has passed, at the next call
     * @param nanos the time, as {@link System#nanoTime} tells it
     * @param dice thread-safe; decides in the ramp who passes
     */
    Breaker(Vertx vertx, String name, Consumer<BreakerPhase> listener, LongSupplier nanos, RandomGenerator dice) {
        this.vertx = vertx;
        this.name = name;
        this.listener = listener;
        this.nanos = nanos;
        this.dice = dice;
    }

    /**
     * Whether a call may be tried here now; in the ramp the dice decide, half-open only while no probe runs. Ask once a call, because
     * every question throws the dice.
     */
    boolean admits() {
        return switch (state.get()) {
            case Opening opening -> opening.wantsProbe();
            case Flow flow -> {
                double share = flow.ramp.share(nanos.getAsLong());
                yield share == 1 || dice.nextDouble() < share;
            }
        };
    }

    /**
     * Lets a call in, or null if it may not pass after all. The dice are {@link #admits}' alone: in the ramp every call passes here.
     *
     * @param probeTimeout after which the call, if it is a probe, has failed
     * @param lastResort lets the call in even if the breaker is open; it then counts nowhere
     */
    @Nullable
    Pass enter(BreakerRule rule, Duration probeTimeout, boolean lastResort) {
        Opening.Terms terms = new Opening.Terms(rule, probeTimeout);
        Pass pass = switch (current(rule)) {
            case Flow flow -> new Counted(flow, terms);
            case Opening opening -> {
                Promise<Void> outcome = opening.probe(terms);
                yield outcome == null ? null : new Probing(outcome);
            }
        };
        return pass == null && lastResort ? Pass.UNCOUNTED : pass;
    }

    BreakerPhase phase() {
        return switch (state.get()) {
            case Opening opening -> opening.phase();
            case Flow flow -> flow.ramp.isOver(nanos.getAsLong()) ? BreakerPhase.CLOSED : BreakerPhase.RAMP_UP;
        };
    }

    /** What the window holds; while no call passes, what it held when the breaker tripped. */
    Counts counts() {
        return switch (state.get()) {
            case Opening opening -> opening.counts();
            case Flow flow -> flow.window.counts(nanos.getAsLong());
        };
    }

    /** Share of the window's calls that failed, 0 to 1; the larger the worse. */
    double failureRatio() {
        return counts().failureRatio();
    }

    /** Nothing names it any more: the listener hears that it is closed, and then no more. Calls that hold it may go on. */
    synchronized void retire() {
        boolean knownAsClosed = state.get() instanceof Flow flow && flow.settled;
        if (!retired && !knownAsClosed) {
            listener.accept(BreakerPhase.CLOSED);
        }
        retired = true;
    }

    private State current(BreakerRule rule) {
        if (!(state.get() instanceof Flow flow)) {
            return state.get();
        }
        if (!flow.window.length().equals(rule.window())) {
            // A reload changed the window: what was counted in the old one cannot be told apart in the new one.
            state.compareAndSet(flow, new Flow(new FailureWindow(rule.window()), flow.ramp, flow.settled));
            return state.get();
        }
        if (!flow.settled && flow.ramp.isOver(nanos.getAsLong())) {
            settle(flow);
        }
        return flow;
    }

    private synchronized void settle(Flow flow) {
        if (!flow.settled) {
            flow.settled = true;
            tell(flow, BreakerPhase.CLOSED);
        }
    }

    private void judge(Flow flow, Counts counts, Opening.Terms terms, long nowNanos) {
        if (counts.trip(terms.rule(), !flow.ramp.isOver(nowNanos))) {
            replace(flow, new Opening(vertx, name, terms, counts, this::changed));
        }
    }

    /** Only who wins the exchange opens, so that there is one opening however many calls fail at once. */
    private void replace(State before, Opening next) {
        if (state.compareAndSet(before, next)) {
            next.open();
        }
    }

    private void changed(Opening opening) {
        switch (opening.phase()) {
            case CLOSED -> recover(opening);
            case OPEN -> {
                if (opening.isOutdated()) {
                    replace(opening, new Opening(vertx, name, opening.latestTerms(), opening.counts(), this::changed));
                } else {
                    tell(opening, BreakerPhase.OPEN);
                }
            }
            default -> tell(opening, opening.phase());
        }
    }

    private synchronized void recover(Opening opening) {
        BreakerRule rule = opening.latestTerms().rule();
        boolean all = rule.rampUp().isZero();
        Flow flow = new Flow(new FailureWindow(rule.window()), new Ramp(nanos.getAsLong(), rule.rampUp()), all);
        if (state.compareAndSet(opening, flow)) {
            tell(flow, all ? BreakerPhase.CLOSED : BreakerPhase.RAMP_UP);
        }
    }

    /** What was overtaken by another change is not told, so that what is heard last is true. */
    private synchronized void tell(State of, BreakerPhase phase) {
        if (!retired && state.get() == of) {
            listener.accept(phase);
        }
    }

    /** What a breaker is between two changes. */
    sealed interface State permits Flow, Opening {}

    /** Calls pass, all or in a ramp. A call keeps the flow that it began in, so that what began before an opening counts nowhere after it. */
    static final class Flow implements State {
        private final FailureWindow window;
        private final Ramp ramp;
        /** Whether the listener knows that the ramp is over. */
        private volatile boolean settled;

        private Flow(FailureWindow window, Ramp ramp, boolean settled) {
            this.window = window;
            this.ramp = ramp;
            this.settled = settled;
        }
    }

    /** A call that feeds the window. */
    private final class Counted implements Pass {
        private final Flow flow;
        private final Opening.Terms terms;
        private boolean told;
        private @Nullable Outcome counted;
        private long countedAt;

        private Counted(Flow flow, Opening.Terms terms) {
            this.flow = flow;
            this.terms = terms;
        }

        @Override
        public void succeeded(long took) {
            count(isSlow(took) ? Outcome.SLOW : Outcome.GOOD);
        }

        @Override
        public void neutral() {
            told = true;
        }

        @Override
        public void failed() {
            count(Outcome.FAILED);
        }

        @Override
        public void abandoned(long waited) {
            if (isSlow(waited)) {
                count(Outcome.SLOW);
            } else {
                told = true;
            }
        }

        @Override
        public void broke() {
            if (counted != null && counted != Outcome.FAILED) {
                long now = nanos.getAsLong();
                Counts counts = flow.window.turnIntoFailure(counted, countedAt, now);
                counted = Outcome.FAILED;
                judge(flow, counts, terms, now);
            }
        }

        private void count(Outcome outcome) {
            if (!told) {
                told = true;
                counted = outcome;
                countedAt = nanos.getAsLong();
                judge(flow, flow.window.add(outcome, countedAt), terms, countedAt);
            }
        }

        private boolean isSlow(long took) {
            return took > terms.rule().slowerThan().toNanos();
        }
    }

    /** The one call that finds out whether the backend lives; any answer proves it. */
    private record Probing(Promise<Void> outcome) implements Pass {
        @Override
        public void succeeded(long took) {
            outcome.tryComplete();
        }

        @Override
        public void neutral() {
            outcome.tryComplete();
        }

        @Override
        public void failed() {
            outcome.tryFail("The probe failed.");
        }

        @Override
        public void abandoned(long waited) {
            outcome.tryFail("Nobody waited for the probe.");
        }

        @Override
        public void broke() {
            // The backend had answered; what its streams do next, the ramp finds out.
        }
    }
}
