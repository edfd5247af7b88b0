// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.time.Duration;
import java.util.List;

/** What a store says to a reservation. */
public sealed interface Decision {
    /**
     * Where every limit stands, in the reservation's order. A local decision says where this process's share of it stands, and leaves
     * out limits that are not enforced while the shared store is away.
     */
    List<Standing> standings();

    /** Who decided. */
    Source source();

    /** Where the counters are that decided. */
    enum Source {
        /** The store that all replicas share, or the only one. */
        EXACT,
        /** This process, because the shared store does not answer. */
        LOCAL
    }

    /** All limits gave; limits that only observe may still be exceeded. */
    record Granted(List<Standing> standings, Source source) implements Decision {
        /** What would have refused if it were enforced. */
        public List<Standing> wouldHaveRefused() {
            return standings.stream().filter(Standing::isExceeded).toList();
        }
    }

    /** Nothing was charged. */
    record Refused(Standing by, Reason reason, List<Standing> standings, Source source) implements Decision {
        /** When to try again; zero if that never helps. */
        public Duration retryAfter() {
            return switch (reason) {
                case EXCEEDED -> Standing.duration(by.waitMicros());
                case TOO_LARGE -> Duration.ZERO;
                case STORE_DOWN -> Duration.ofSeconds(5);
            };
        }
    }

    /** Why a limit refuses. */
    enum Reason {
        EXCEEDED,
        /** The call alone is more than the limit allows at once, so it can never pass. */
        TOO_LARGE,
        /** The shared store does not answer, and without it this limit gives no more. */
        STORE_DOWN
    }

    /** Judges by the standings: the longest wait of an enforced limit counts, never being the longest. */
    static Decision by(List<Standing> standings, Source source) {
        Standing worst = null;
        for (Standing standing : standings) {
            if (standing.isExceeded()
                    && !standing.limit().rule().observe()
                    && (worst == null || worse(standing, worst))) {
                worst = standing;
            }
        }
        if (worst == null) {
            return new Granted(standings, source);
        }
        Reason reason = worst.waitMicros() == Standing.NEVER ? Reason.TOO_LARGE : Reason.EXCEEDED;
        return new Refused(worst, reason, standings, source);
    }

    private static boolean worse(Standing one, Standing other) {
        return other.waitMicros() != Standing.NEVER
                && (one.waitMicros() == Standing.NEVER || one.waitMicros() > other.waitMicros());
    }
}
