// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.testkit.GatewayFixture;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A backend that keeps objects and has one credential for everybody: it hands out ids, lists all that it has and answers every path
 * below {@code /v1}, whoever asks.
 */
final class ObjectBackend implements AutoCloseable {
    /** A create call's path, and what its ids begin with. */
    private static final Map<Pattern, String> CREATES = Map.of(
            Pattern.compile("/v1/files"), "file-",
            Pattern.compile("/v1/uploads"), "upload_",
            Pattern.compile("/v1/uploads/[^/]+/parts"), "part_",
            Pattern.compile("/v1/batches"), "batch_",
            Pattern.compile("/v1/fine_tuning/jobs"), "ftjob-",
            Pattern.compile("/v1/vector_stores"), "vs_",
            Pattern.compile("/v1/vector_stores/[^/]+/file_batches"), "vsfb_",
            Pattern.compile("/v1/conversations"), "conv_",
            Pattern.compile("/v1/responses"), "resp_");

    private static final Pattern LISTS = Pattern.compile(
            "/v1/(files|batches|fine_tuning/jobs|vector_stores|vector_stores/[^/]+/(file_batches/[^/]+/)?files)");
    private static final int PAGE = 20;

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final String name;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<String, JsonObject> objects = new ConcurrentSkipListMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();

    private ObjectBackend(String name) {
        this.name = name;
        this.server = vertx.createHttpServer().requestHandler(this::handle);
    }

    /** @param name stands in every id, so that no two backends make the same */
    static ObjectBackend start(String name) {
        ObjectBackend backend = new ObjectBackend(name);
        GatewayFixture.await(backend.server.listen(0, "127.0.0.1"));
        return backend;
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.actualPort() + "/v1";
    }

    /** Method and target of every request so far. */
    List<String> requests() {
        return requests;
    }

    /** The bodies of those requests. */
    List<String> bodies() {
        return bodies;
    }

    private void handle(HttpServerRequest request) {
        requests.add(request.method() + " " + request.uri());
        request.body().onSuccess(body -> {
            bodies.add(body.toString());
            String path = Objects.requireNonNull(request.path());
            switch (request.method().name()) {
                case "POST" -> post(request, path, body.toString());
                case "DELETE" -> {
                    objects.remove(last(path));
                    json(request, new JsonObject().put("id", last(path)).put("deleted", true));
                }
                default -> {
                    Matcher list = LISTS.matcher(path);
                    json(request, list.matches() ? list(request, prefix(list.group(1))) : one(path));
                }
            }
        });
    }

    private void post(HttpServerRequest request, String path, String body) {
        String prefix = CREATES.entrySet().stream()
                .filter(create -> create.getKey().matcher(path).matches())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
        if (prefix == null) {
            json(request, path.endsWith("/complete") ? completed(path) : one(path));
            return;
        }
        JsonObject made = create(prefix);
        if (prefix.equals("resp_") && new JsonObject(body).getBoolean("stream", false)) {
            stream(request, made);
        } else {
            json(request, made);
        }
    }

    private JsonObject create(String prefix) {
        JsonObject made = new JsonObject()
                .put("id", prefix + name + "%06d".formatted(ids.incrementAndGet()))
                .put("object", "thing");
        if (prefix.equals("batch_")) {
            made.put("output_file_id", "file-out-" + made.getString("id"));
        } else if (prefix.equals("ftjob-")) {
            made.put("result_files", new JsonArray().add("file-result-" + made.getString("id")));
        }
        objects.put(made.getString("id"), made);
        return made;
    }

    private static JsonObject completed(String path) {
        String upload = path.split("/", -1)[3];
        return new JsonObject().put("id", upload).put("file", new JsonObject().put("id", "file-of-" + upload));
    }

    private JsonObject one(String path) {
        JsonObject known = objects.get(last(path));
        return known != null ? known : new JsonObject().put("id", last(path)).put("path", path);
    }

    /** Newest first, like the real one. */
    private JsonObject list(HttpServerRequest request, String prefix) {
        String after = request.getParam("after");
        int limit = request.getParam("limit") == null ? PAGE : Integer.parseInt(request.getParam("limit"));
        List<JsonObject> rest = objects.values().stream()
                .filter(object -> object.getString("id").startsWith(prefix))
                .filter(object -> after == null || object.getString("id").compareTo(after) < 0)
                .toList()
                .reversed();
        List<JsonObject> page = rest.stream().limit(limit).toList();
        return new JsonObject()
                .put("object", "list")
                .put("first_id", idOf(page.isEmpty() ? null : page.getFirst()))
                .put("data", new JsonArray(page))
                .put("last_id", idOf(page.isEmpty() ? null : page.getLast()))
                .put("has_more", rest.size() > page.size());
    }

    private static @Nullable String idOf(@Nullable JsonObject object) {
        return object == null ? null : object.getString("id");
    }

    private static String prefix(String collection) {
        return switch (collection) {
            case "batches" -> "batch_";
            case "fine_tuning/jobs" -> "ftjob-";
            case "vector_stores" -> "vs_";
            default -> "file-";
        };
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static void json(HttpServerRequest request, JsonObject answer) {
        request.response().putHeader("content-type", "application/json").end(answer.encode());
    }

    private static void stream(HttpServerRequest request, JsonObject made) {
        request.response().putHeader("content-type", "text/event-stream").end("""
                event: response.created
                data: {"type":"response.created","response":%s}

                event: response.output_text.delta
                data: {"type":"response.output_text.delta","delta":"hi"}

                event: response.completed
                data: {"type":"response.completed","response":%s}

                """.formatted(
                        made.encode(), made.encode()));
    }

    @Override
    public void close() {
        GatewayFixture.await(vertx.close());
    }
}
