// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An error answer of the demo backend, in the shape and words of OpenAI's. */
final class Refusal extends RuntimeException {
    private final int status;
    private final String type;
    private final @Nullable String code;
    private final @Nullable String param;

    private Refusal(int status, String message, String type, @Nullable String code, @Nullable String param) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.code = code;
        this.param = param;
    }

    static Refusal invalid(String message, @Nullable String param) {
        return new Refusal(400, message, "invalid_request_error", null, param);
    }

    static Refusal unknownModel(String model) {
        var message =
                "The model `" + model + "` does not exist. The demo backend has: " + String.join(", ", Models.NAMES);
        return new Refusal(404, message, "invalid_request_error", "model_not_found", "model");
    }

    static Refusal unknownPath(String method, String path) {
        var message = "Unknown request URL: " + method + " " + path + ". The demo backend has no such endpoint.";
        return new Refusal(404, message, "invalid_request_error", "unknown_url", null);
    }

    static Refusal onPurpose(String model) {
        var message = "The demo model `" + model + "` fails now and then, and this is such a time.";
        return new Refusal(500, message, "server_error", null, null);
    }

    int status() {
        return status;
    }

    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("error");
        json.writeStringField("message", getMessage());
        json.writeStringField("type", type);
        json.writeStringField("param", param);
        json.writeStringField("code", code);
        json.writeEndObject();
        json.writeEndObject();
    }
}
