// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/**
 * What a client got for one call, of a long body its beginning and its end.
 *
 * @param broken whether the connection ended before the body did
 */
record Answer(int status, HttpHeaders headers, String body, boolean broken) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int KEPT = 64 * 1024;
    private static final String ERROR_EVENT = "data: {\"error\"";

    static Answer of(HttpResponse<InputStream> response) {
        var kept = new StringBuilder();
        boolean broken = false;
        var piece = new byte[KEPT];
        try (InputStream body = response.body()) {
            for (int n = body.read(piece); n >= 0; n = body.read(piece)) {
                kept.append(new String(piece, 0, n, StandardCharsets.UTF_8));
                if (kept.length() > 3 * KEPT) {
                    kept.delete(KEPT, kept.length() - KEPT);
                }
            }
        } catch (IOException reset) {
            broken = true;
        }
        return new Answer(response.statusCode(), response.headers(), kept.toString(), broken);
    }

    String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    /** In words for the table: the status with the error's code, and how a stream ended. */
    String words() {
        if (status >= 400) {
            return status + code(body);
        }
        if (broken) {
            return status + ", then a reset";
        }
        int at = body.lastIndexOf(ERROR_EVENT);
        if (at < 0) {
            return Integer.toString(status);
        }
        return status + ", then the error event" + code(body.substring(at + "data: ".length()));
    }

    private static String code(String error) {
        JsonNode said = read(error).path("error");
        JsonNode code = said.path("code");
        JsonNode word = code.isTextual() ? code : said.path("type");
        return word.isTextual() ? " `" + word.asText() + "`" : "";
    }

    private static JsonNode read(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (IOException none) {
            throw new UncheckedIOException("no error in OpenAI's shape: " + json, none);
        }
    }
}
