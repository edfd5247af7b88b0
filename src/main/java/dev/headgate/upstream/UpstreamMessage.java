// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a backend's error answer says for people and for retries. Anything that is not the API's own error shape is not repeated. */
final class UpstreamMessage {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MAX_LENGTH = 500;

    private UpstreamMessage() {}

    /** {@code error.message} of an OpenAI-shaped body, at most 500 characters, or null. */
    static @Nullable String in(Buffer body) {
        Bytes bytes = Bytes.of(body);
        try (JsonParser parser = JSON.createParser(bytes.array(), bytes.from(), bytes.length())) {
            int depth = 0;
            boolean inError = false;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                switch (token) {
                    case START_OBJECT, START_ARRAY -> depth++;
                    case END_OBJECT, END_ARRAY -> depth--;
                    case FIELD_NAME -> {
                        if (depth == 1) {
                            inError = parser.currentName().equals("error");
                        } else if (depth == 2 && inError && parser.currentName().equals("message")) {
                            String text = parser.nextToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
                            return text == null || text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH);
                        }
                    }
                    default -> {}
                }
            }
        } catch (IOException notJson) {
            return null;
        }
        return null;
    }

    /** {@code retry-after-ms} or {@code retry-after} in seconds, at most a day, or null. */
    static @Nullable Duration retryAfter(MultiMap headers) {
        Duration millis = positive(headers.get("retry-after-ms"), 1);
        return millis != null ? millis : positive(headers.get("retry-after"), 1000);
    }

    private static @Nullable Duration positive(@Nullable String value, long unitMillis) {
        if (value == null || !value.matches("\\d{1,8}")) {
            return null;
        }
        return Duration.ofMillis(
                Math.min(Long.parseLong(value) * unitMillis, Duration.ofDays(1).toMillis()));
    }
}
