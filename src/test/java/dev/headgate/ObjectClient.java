// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.call.Endpoint;
import dev.headgate.testkit.GatewayFixture;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;

/** A tenant's client that knows how each stateful endpoint is called. */
record ObjectClient(GatewayFixture gateway, String key) {
    private static final String FORM = """
            --cut\r
            Content-Disposition: form-data; name="purpose"\r
            \r
            batch\r
            --cut\r
            Content-Disposition: form-data; name="file"; filename="a.jsonl"\r
            \r
            {}\r
            --cut--\r
            """;

    /** One object of every kind, by the names that {@link #send} knows. */
    Map<String, String> makeOneOfEach() {
        Map<String, String> ids = new HashMap<>();
        ids.put("file", made(Endpoint.FILES_CREATE, ids));
        ids.put("upload", made(Endpoint.UPLOADS_CREATE, ids));
        ids.put("part", made(Endpoint.UPLOADS_PART, ids));
        ids.put("batch", made(Endpoint.BATCHES_CREATE, ids));
        ids.put("job", made(Endpoint.FINE_TUNING_CREATE, ids));
        ids.put("store", made(Endpoint.VECTOR_STORES_CREATE, ids));
        ids.put("storeBatch", made(Endpoint.VECTOR_BATCHES_CREATE, ids));
        ids.put("conversation", made(Endpoint.CONVERSATIONS_CREATE, ids));
        ids.put("response", id(post("/responses", "{\"model\":\"chat\",\"input\":\"hi\"}")));
        return ids;
    }

    /** The ids of objects that nobody made. */
    static Map<String, String> unknown(Map<String, String> ids) {
        Map<String, String> others = new HashMap<>();
        ids.forEach((name, id) -> others.put(name, id.replaceAll("\\d", "9")));
        return others;
    }

    private String made(Endpoint endpoint, Map<String, String> ids) {
        return id(send(endpoint, ids));
    }

    static String id(HttpResponse<String> answer) {
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
        return new JsonObject(answer.body()).getString("id");
    }

    /** Calls an endpoint about these objects. */
    HttpResponse<String> send(Endpoint endpoint, Map<String, String> ids) {
        String path = path(endpoint, ids).substring("/v1".length());
        HttpRequest.Builder request = gateway.request(path).header("authorization", "Bearer " + key);
        if (endpoint.body() == Endpoint.Body.MULTIPART) {
            request.header("content-type", "multipart/form-data; boundary=cut");
        } else if (endpoint.body() != Endpoint.Body.NONE) {
            request.header("content-type", "application/json");
        }
        String body = switch (endpoint.body()) {
            case NONE -> "";
            case MULTIPART -> FORM;
            case JSON, OPTIONAL_JSON -> body(endpoint, ids);
        };
        return gateway.send(request.method(
                        endpoint.method(), body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build());
    }

    HttpResponse<String> get(String path) {
        return gateway.send(
                gateway.request(path).header("authorization", "Bearer " + key).build());
    }

    HttpResponse<String> post(String path, String json, String... headers) {
        HttpRequest.Builder request = gateway.request(path)
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(json));
        return gateway.send((headers.length == 0 ? request : request.headers(headers)).build());
    }

    private static String path(Endpoint endpoint, Map<String, String> ids) {
        return endpoint.path()
                .replace("{id}", ids.getOrDefault(owner(endpoint), ""))
                .replace("{file}", ids.getOrDefault("file", ""))
                .replace("{batch}", ids.getOrDefault("storeBatch", ""))
                .replace("{item}", "msg_1");
    }

    /** The kind of object that {@code {id}} stands for. */
    private static String owner(Endpoint endpoint) {
        return switch (endpoint.path().split("/", -1)[2]) {
            case "files" -> "file";
            case "uploads" -> "upload";
            case "batches" -> "batch";
            case "fine_tuning" -> "job";
            case "vector_stores" -> "store";
            case "responses" -> "response";
            case "conversations" -> "conversation";
            default -> throw new AssertionError("no test knows how to call " + endpoint);
        };
    }

    private static String body(Endpoint endpoint, Map<String, String> ids) {
        String file = ids.getOrDefault("file", "");
        return switch (endpoint) {
            case UPLOADS_CREATE ->
                "{\"purpose\":\"batch\",\"filename\":\"a\",\"bytes\":2,\"mime_type\":\"text/plain\"}";
            case UPLOADS_COMPLETE -> "{\"part_ids\":[\"%s\"]}".formatted(ids.get("part"));
            case BATCHES_CREATE ->
                "{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/responses\",\"completion_window\":\"24h\"}"
                        .formatted(file);
            case FINE_TUNING_CREATE -> "{\"model\":\"chat\",\"training_file\":\"%s\"}".formatted(file);
            case VECTOR_STORES_CREATE -> "{\"file_ids\":[\"%s\"]}".formatted(file);
            case VECTOR_STORES_UPDATE -> "{\"name\":\"new\"}";
            case VECTOR_STORES_SEARCH -> "{\"query\":\"what\"}";
            case VECTOR_FILES_CREATE -> "{\"file_id\":\"%s\"}".formatted(file);
            case VECTOR_FILES_UPDATE -> "{\"attributes\":{}}";
            case VECTOR_BATCHES_CREATE -> "{\"files\":[{\"file_id\":\"%s\"}]}".formatted(file);
            case CONVERSATIONS_CREATE -> "{\"items\":[]}";
            case CONVERSATIONS_UPDATE -> "{\"metadata\":{}}";
            case CONVERSATION_ITEMS_CREATE ->
                "{\"items\":[{\"type\":\"message\",\"role\":\"user\",\"content\":\"hi\"}]}";
            case UPLOADS_CANCEL,
                    BATCHES_CANCEL,
                    FINE_TUNING_CANCEL,
                    FINE_TUNING_PAUSE,
                    FINE_TUNING_RESUME,
                    VECTOR_BATCHES_CANCEL,
                    RESPONSES_CANCEL -> "";
            default -> throw new AssertionError("no test knows what " + endpoint + " takes");
        };
    }
}
