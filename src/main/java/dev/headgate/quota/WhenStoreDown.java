// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

/** What becomes of a limit while the shared store does not answer. */
public enum WhenStoreDown {
    /** This process enforces its share: the limit divided by the number of live nodes. */
    LOCAL,
    /** This process may spend the lesser of 2 % of the limit and what was left when last seen, divided by the live nodes; then refuse. */
    ALLOWANCE,
    /** Refuse. */
    DENY,
    /** Count nothing, refuse nothing. */
    ALLOW
}
