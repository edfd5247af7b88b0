// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

/** Whose calls go first when the process has more than it can carry; the words of {@code priority:} in the configuration. */
public enum Priority {
    LOW,
    DEFAULT,
    CRITICAL
}
