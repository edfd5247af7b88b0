// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.CallFailure;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;

/** The rules for a model's name, wherever a client writes it: it is looked up, logged and put into messages. */
final class ModelName {
    static final int MAX_LENGTH = 256;

    private ModelName() {}

    /**
     * Returns the name if it is fit for use.
     *
     * @param where how messages call the place that it stands in
     * @throws CallFailure 400 if it is empty, longer than 256 characters or holds control characters
     */
    static String checked(String name, String where) {
        if (name.isBlank()) {
            throw invalid(where + " is empty; it must name a model.");
        }
        if (name.length() > MAX_LENGTH) {
            throw tooLong(where);
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw invalid(where + " holds a control character.");
        }
        return name;
    }

    static CallFailure tooLong(String where) {
        return invalid(where + " is longer than " + MAX_LENGTH + " characters.");
    }

    private static CallFailure invalid(String message) {
        return GatewayError.of(ErrorKind.INVALID_REQUEST, message, "model").asFailure();
    }
}
