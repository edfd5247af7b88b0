// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

/**
 * That a call waited because a limit had no room for it.
 *
 * @param position its place in the limit's line when it joined: 1 is the first
 * @param outcome how the wait ended
 */
public record Waited(int position, long nanos, Outcome outcome) {
    /** How a wait can end. */
    public enum Outcome {
        /** There was room. */
        PASSED,
        /** There was none in time, or a tenant that had fewer waiting took its place. */
        REFUSED,
        /** The call ended before: its client left, its time was over, the gateway shut down. */
        LEFT
    }
}
