// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.headgate.call.Secret;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Asks the management port of a running gateway. Whatever goes wrong is a {@link Failure} that says what to do. */
final class AdminClient {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String DOUBT = ": it may have been done, so look before you try again";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final URI base;
    private final Secret token;
    private final String origin;

    /** @param origin where the token comes from, for people */
    AdminClient(URI base, Secret token, String origin) {
        this.base = base;
        this.token = token;
        this.origin = origin;
    }

    /** @param parameters those that are null are left out */
    JsonNode get(String path, Map<String, @Nullable String> parameters) {
        String query = parameters.entrySet().stream()
                .filter(each -> each.getValue() != null)
                .map(each -> each.getKey() + "=" + encoded(String.valueOf(each.getValue())))
                .collect(Collectors.joining("&"));
        return send(HttpRequest.newBuilder(URI.create(base + path + (query.isEmpty() ? "" : "?" + query))), "");
    }

    JsonNode post(String path, Map<String, Object> body) {
        return send(
                HttpRequest.newBuilder(URI.create(base + path))
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(text(body))),
                DOUBT);
    }

    /** @param doubt what is said besides if there is no answer to a request that may have arrived */
    private JsonNode send(HttpRequest.Builder request, String doubt) {
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build()) {
            return read(client.send(
                    request.header("authorization", "Bearer " + token.reveal())
                            .timeout(PATIENCE)
                            .build(),
                    BodyHandlers.ofString()));
        } catch (ConnectException e) {
            throw new Failure("nothing answers at " + base
                    + ": is the gateway running, and is this its management port? --admin URL names another");
        } catch (HttpConnectTimeoutException e) {
            throw new Failure(base + " cannot be reached within " + PATIENCE.toSeconds() + " s");
        } catch (HttpTimeoutException e) {
            throw new Failure(base + " did not answer within " + PATIENCE.toSeconds() + " s" + doubt);
        } catch (IOException e) {
            throw new Failure("the talk with " + base + " broke: " + e.getMessage() + doubt);
        } catch (IllegalArgumentException e) {
            throw new Failure("the token of " + origin + " has characters that no header can carry");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure("interrupted");
        }
    }

    private JsonNode read(HttpResponse<String> answer) {
        JsonNode body = json(answer.body());
        JsonNode message = body == null ? null : body.at("/error/message");
        boolean told = message != null && message.isTextual();
        if (answer.statusCode() == 200 && body != null && body.isObject() && !told) {
            return body;
        }
        if (answer.statusCode() == 401 && told) {
            throw new Failure("the gateway at " + base + " does not accept the token of " + origin);
        }
        if (answer.statusCode() != 200 && message != null && told) {
            throw new Failure(message.textValue());
        }
        throw new Failure("what answers at " + base + " is no management port of Headgate (status "
                + answer.statusCode() + "); --admin URL names another");
    }

    private static @Nullable JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** For people who want an answer as it came. */
    static String pretty(JsonNode answer) {
        return answer.toPrettyString();
    }

    private static String text(Map<String, Object> body) {
        try {
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("names, texts and numbers can be written", e);
        }
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
