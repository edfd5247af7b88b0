// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.headgate.call.Endpoint;
import dev.headgate.call.GatewayError;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The only writer of Headgate's own errors, in OpenAI's shape; clients choose their exceptions by it. */
final class ErrorWriter {
    private static final JsonFactory JSON = new JsonFactory();

    private static final Pattern ERROR_BODY = Pattern.compile("\\s*\\{\\s*\"error\"\\s*:.*", Pattern.DOTALL);

    private ErrorWriter() {}

    /** Sets the headers of an error answer, and gives its body. */
    static Buffer head(HttpServerResponse response, GatewayError error) {
        response.putHeader("content-type", "application/json");
        Duration retryAfter = error.retryAfter();
        if (retryAfter != null) {
            response.putHeader("retry-after", Long.toString((retryAfter.toMillis() + 999) / 1000));
            response.putHeader("retry-after-ms", Long.toString(retryAfter.toMillis()));
        }
        return body(error);
    }

    static Buffer body(GatewayError error) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            errorMember(json, error);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Buffer.buffer(out.toByteArray());
    }

    /**
     * An error inside a stream whose head is out already. No {@code [DONE]} follows, so that no client takes the stream for complete.
     */
    static Buffer event(@Nullable Endpoint endpoint, GatewayError error) {
        if (endpoint != Endpoint.RESPONSES) {
            return Buffer.buffer("event: error\ndata: ")
                    .appendBuffer(body(error))
                    .appendString("\n\n");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("type", "error");
            json.writeStringField("code", error.kind().code());
            json.writeStringField("message", error.message());
            json.writeStringField("param", error.param());
            errorMember(json, error);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Buffer.buffer("event: error\ndata: ")
                .appendBytes(out.toByteArray())
                .appendString("\n\n");
    }

    /** The backend's own words as an event if they are an error in OpenAI's shape, else ours. */
    static Buffer event(@Nullable Endpoint endpoint, String said, GatewayError otherwise) {
        return ERROR_BODY.matcher(said).matches()
                ? Buffer.buffer("event: error\ndata: " + said.replaceAll("[\\r\\n]+", " ") + "\n\n")
                : event(endpoint, otherwise);
    }

    private static void errorMember(JsonGenerator json, GatewayError error) throws IOException {
        json.writeObjectFieldStart("error");
        json.writeStringField("message", error.message());
        json.writeStringField("type", error.kind().type());
        json.writeStringField("param", error.param());
        json.writeStringField("code", error.kind().code());
        json.writeEndObject();
    }
}
