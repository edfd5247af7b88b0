// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.call.Backend;
import dev.headgate.call.Cancellation;
import dev.headgate.call.DemoSettings;
import dev.headgate.call.Guards;
import dev.headgate.call.RequestBody.Outgoing;
import dev.headgate.upstream.Transport;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Calls a {@link DemoTransport} from its event loop and waits for whole answers. */
final class DemoCalls {
    static final DemoSettings UNPACED = new DemoSettings(64, 0, 20, Duration.ofMillis(30));
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Context context;
    private final DemoTransport transport;

    DemoCalls(Vertx vertx) {
        this(vertx, UNPACED);
    }

    DemoCalls(Vertx vertx, DemoSettings settings) {
        this.context = vertx.getOrCreateContext();
        this.transport = new DemoTransport(vertx, backend -> settings);
    }

    Answer post(String path, String json) {
        return send(HttpMethod.POST, path, whole(json));
    }

    Answer send(HttpMethod method, String path, Outgoing body) {
        return await(head(method, path, body).compose(this::collect));
    }

    /** Just the head, for tests that read the body in their own way. */
    Future<Transport.Response> head(HttpMethod method, String path, Outgoing body) {
        return head(method, path, body, new Cancellation());
    }

    Future<Transport.Response> head(HttpMethod method, String path, Outgoing body, Cancellation cancellation) {
        var request = new Transport.Request(
                backend(), method, path, MultiMap.caseInsensitiveMultiMap(), body, Duration.ofSeconds(2));
        Promise<Transport.Response> head = Promise.promise();
        context.runOnContext(turn -> transport.send(request, cancellation).onComplete(head));
        return head.future();
    }

    /** Runs something on the event loop of the calls and waits for it. */
    void onLoop(Runnable action) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(turn -> {
            action.run();
            done.complete();
        });
        await(done.future());
    }

    static Outgoing whole(String json) {
        var bytes = Buffer.buffer(json);
        return new Outgoing.Whole(List.of(bytes.getBuffer(0, 1), bytes.getBuffer(1, bytes.length())), bytes.length());
    }

    static <T> T await(Future<T> future) {
        try {
            return future.await(10, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new AssertionError("no answer within ten seconds", e);
        }
    }

    static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    private Future<Answer> collect(Transport.Response response) {
        Promise<Answer> answer = Promise.promise();
        var bytes = Buffer.buffer();
        context.runOnContext(turn -> response.body()
                .handler(bytes::appendBuffer)
                .endHandler(end -> answer.complete(new Answer(response.status(), response.headers(), bytes)))
                .resume());
        return answer.future();
    }

    private static Backend backend() {
        return new Backend(
                "demo",
                Backend.Dialect.DEMO,
                null,
                new Backend.Auth.None(),
                List.of(),
                Map.of(),
                null,
                null,
                null,
                null,
                true,
                Guards.DEFAULT,
                null);
    }

    /** A whole answer. */
    record Answer(int status, MultiMap headers, Buffer body) {
        JsonNode json() {
            return DemoCalls.json(body.toString());
        }

        /** The data of each event, without {@code [DONE]}. */
        List<JsonNode> events() {
            return data().stream()
                    .filter(data -> !data.equals("[DONE]"))
                    .map(DemoCalls::json)
                    .toList();
        }

        List<String> data() {
            var data = new ArrayList<String>();
            for (var event : body.toString().split("\n\n", -1)) {
                for (var line : event.split("\n", -1)) {
                    if (line.startsWith("data: ")) {
                        data.add(line.substring("data: ".length()));
                    }
                }
            }
            return data;
        }
    }
}
