// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

/** What became of an alert. */
public enum Outcome {
    /** The receiver answered with 2xx. */
    DELIVERED,
    /** Given up. */
    FAILED,
    /** Not tried, because too many waited. */
    DROPPED
}
