// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

/** What a limit counts. */
public enum Measure {
    REQUESTS,
    TOKENS,
    /** Nano-dollars: 10⁹ are one US dollar. */
    MONEY,
    /** Calls that are running now. */
    CALLS
}
