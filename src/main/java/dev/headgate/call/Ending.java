// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

/** How the delivery of a reply ended. */
public enum Ending {
    /** Every byte reached the client's socket and the upstream ended as it should. */
    COMPLETE,
    /** The client closed its connection or reset its stream. */
    CLIENT_GONE,
    /** The upstream broke off, or ended a stream without its terminal event. */
    UPSTREAM_BROKE,
    /** Headgate ended it: deadline, write stall or drain. */
    CUT
}
