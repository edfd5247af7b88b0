// SPDX-License-Identifier: Apache-2.0
package dev.headgate.routing;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.headgate.call.Call;
import dev.headgate.call.Endpoint;
import dev.headgate.call.Reply;
import dev.headgate.call.UnaryReply;
import dev.headgate.pipeline.Stage;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Answers {@code GET /v1/models}: the names that this key may send, and nothing about what stands behind them. */
public final class ModelList implements Stage.Next {
    private static final JsonFactory JSON = new JsonFactory();
    private final RouteTable routes;

    public ModelList(RouteTable routes) {
        this.routes = routes;
    }

    @Override
    public Future<Reply> proceed(Call call) {
        if (call.endpoint() == Endpoint.MODELS) {
            return Future.succeededFuture(
                    json(list(routes.visible(call.principal().mayUse()))));
        }
        String model = call.pathParams().getOrDefault("model", "");
        if (RouteStage.resolve(routes, model, call.principal()) == null) {
            return Future.failedFuture(
                    RouteStage.notFound(routes, model, call.principal()).asFailure());
        }
        return Future.succeededFuture(json(one(model)));
    }

    private static Buffer list(List<String> names) {
        return write(json -> {
            json.writeStartObject();
            json.writeStringField("object", "list");
            json.writeArrayFieldStart("data");
            for (String name : names) {
                model(json, name);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static Buffer one(String name) {
        return write(json -> model(json, name));
    }

    private static void model(JsonGenerator json, String name) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", name);
        json.writeStringField("object", "model");
        json.writeNumberField("created", 0);
        json.writeStringField("owned_by", "headgate");
        json.writeEndObject();
    }

    private static Reply json(Buffer body) {
        return new UnaryReply(
                200, MultiMap.caseInsensitiveMultiMap().add("content-type", "application/json"), body, null, null);
    }

    private static Buffer write(Content content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            content.to(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Buffer.buffer(out.toByteArray());
    }

    @FunctionalInterface
    private interface Content {
        void to(JsonGenerator json) throws IOException;
    }
}
