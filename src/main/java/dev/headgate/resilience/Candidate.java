// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Backend;
import dev.headgate.call.GuardListener.BreakerPhase;
import dev.headgate.call.Guards.BulkheadRule;
import dev.headgate.call.Target;
import dev.headgate.resilience.NotAdmitted.Why;
import dev.headgate.resilience.TargetChoice.Option;
import dev.headgate.resilience.TargetChoice.Standing;
import org.jspecify.annotations.Nullable;

/** One target as one call sees it: what is known of it, and what this call has made of it. Confined to the call's event loop. */
final class Candidate {
    final Target target;
    final BackendState backend;
    private final TargetState state;
    private int tries;
    private long notBefore;
    private boolean spent;
    private boolean refused;
    private @Nullable Boolean dice;
    private boolean noted;
    private @Nullable Why why;

    Candidate(Target target, Backends backends) {
        this.target = target;
        this.backend = backends.of(target.backend());
        this.state = backends.of(target);
    }

    /** Looks at it afresh. */
    Option look(long now) {
        Standing standing = standing(now);
        return new Option(tries, standing, readyAt(now), badness(now));
    }

    /** What keeps calls from it, as {@link #look} found it last; null if nothing does. */
    @Nullable
    Why why() {
        return why;
    }

    void tried() {
        tries++;
    }

    /** The try did not happen after all. */
    void notAdmitted(Why reason) {
        tries--;
        if (reason == Why.BULKHEAD_FULL) {
            spent = true;
        } else {
            refused = true;
        }
        why = reason;
        noted = true;
    }

    /** Its backend said, to this call, when it may be asked again. */
    void notBefore(long nanos) {
        notBefore = nanos;
    }

    /** What kept this call from it, the first time that this is asked for a target that was not tried; else null. */
    @Nullable
    Why skip() {
        if (noted || tries > 0) {
            return null;
        }
        noted = why != null;
        return why;
    }

    /** It gets no more tries of this call. */
    void spend() {
        spent = true;
    }

    /** When it may be asked again, a {@link System#nanoTime} value. */
    long readyAt(long now) {
        long keys = backend.credentials.readyAt(target.backend(), now);
        return notBefore == 0 || keys - notBefore > 0 ? keys : notBefore;
    }

    private Standing standing(long now) {
        Backend asked = target.backend();
        if (!asked.isOn()) {
            return kept(Why.OFF, Standing.OUT);
        }
        if (spent) {
            return Standing.OUT;
        }
        if (!backend.healthy) {
            return kept(Why.UNHEALTHY, Standing.BROKEN);
        }
        if (backend.credentials.areRefused(asked, now)) {
            return kept(Why.CREDENTIALS_REFUSED, Standing.BROKEN);
        }
        if (refused || !admits()) {
            return kept(Why.BREAKER_OPEN, Standing.BROKEN);
        }
        if (readyAt(now) - now > 0) {
            return kept(Why.COOLING_DOWN, Standing.NOT_YET);
        }
        BulkheadRule slots = asked.guards().bulkhead();
        if (slots != null && backend.bulkhead.isFull(slots)) {
            return kept(Why.BULKHEAD_FULL, Standing.BUSY);
        }
        why = null;
        return Standing.READY;
    }

    private Standing kept(Why reason, Standing standing) {
        why = reason;
        return standing;
    }

    /** The dice of a breaker's ramp are thrown once a call, or a call that looks often would always pass. */
    private boolean admits() {
        boolean ramp = state.breaker().phase() == BreakerPhase.RAMP_UP;
        if (ramp && dice != null) {
            return dice;
        }
        boolean admits = state.breaker().admits();
        dice = ramp ? admits : null;
        return admits;
    }

    private double badness(long now) {
        double keys = backend.credentials.areRefused(target.backend(), now) ? 2 : 0;
        return keys + (backend.healthy ? 0 : 1) + state.breaker().failureRatio();
    }
}
