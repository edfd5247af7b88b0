// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.CallFailure;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;

/** The texts of 400 answers about multipart forms. */
final class FormFault {
    private FormFault() {}

    static CallFailure malformed(String what) {
        return GatewayError.of(ErrorKind.INVALID_REQUEST, "The multipart form is malformed: " + what + ".")
                .asFailure();
    }

    static CallFailure noModel() {
        return model(
                "The form has no 'model' part; Headgate chooses the backend by it. Name one that GET /v1/models lists.");
    }

    static CallFailure model(String message) {
        return GatewayError.of(ErrorKind.INVALID_REQUEST, message, "model").asFailure();
    }
}
