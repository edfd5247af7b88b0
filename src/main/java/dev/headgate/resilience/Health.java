// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

/**
 * What a backend's checks amount to: two bad ones in a row make it unhealthy, one good one heals it. Immutable.
 *
 * @param badInARow the checks that failed since the last good one
 */
record Health(Phase phase, int badInARow) {
    static final Health UNKNOWN = new Health(Phase.UNKNOWN, 0);

    private static final int BAD_ENOUGH = 2;

    /** Calls go to a backend of which nothing is known yet. */
    enum Phase {
        UNKNOWN,
        HEALTHY,
        UNHEALTHY
    }

    /**
     * Whether an answer shows that the backend works. A 4xx does: somebody read the request, even if the path is wrong or the key is
     * limited.
     */
    static boolean isAlive(int status) {
        return status < 500;
    }

    boolean allowsCalls() {
        return phase != Phase.UNHEALTHY;
    }

    Health afterGood() {
        return new Health(Phase.HEALTHY, 0);
    }

    Health afterBad() {
        int bad = Math.min(badInARow + 1, BAD_ENOUGH);
        return new Health(bad == BAD_ENOUGH ? Phase.UNHEALTHY : phase, bad);
    }
}
