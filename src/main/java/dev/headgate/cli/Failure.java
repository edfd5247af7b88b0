// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

/** Ends a command with exit code 1 and one line for the user; no stack trace, for it is no bug. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    Failure(String message) {
        super(message, null, false, false);
    }
}
