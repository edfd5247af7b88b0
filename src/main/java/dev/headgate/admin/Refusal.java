// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

/** A request to the admin API that is not carried out. The message is for the operator. No stack trace, for it is no bug. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;

    Refusal(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    /** Something in the request has to be mended. */
    static Refusal wrong(String message) {
        return new Refusal(400, message);
    }

    int status() {
        return status;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
