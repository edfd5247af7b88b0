// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/** JSON answers of the management port. */
final class Answers {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Answers() {}

    /** Answers with what comes of the work, or says why it was not done. */
    static void of(RoutingContext ctx, Work work) {
        Future<Map<String, Object>> begun;
        try {
            begun = work.begin();
        } catch (Refusal refusal) {
            begun = Future.failedFuture(refusal);
        }
        begun.onComplete(done -> {
            if (done.succeeded()) {
                json(ctx, 200, done.result());
            } else if (done.cause() instanceof Refusal refusal) {
                error(ctx, refusal.status(), refusal.text());
            } else {
                ctx.fail(done.cause());
            }
        });
    }

    /** What a request asks for. */
    @FunctionalInterface
    interface Work {
        Future<Map<String, Object>> begin() throws Refusal;
    }

    static void json(RoutingContext ctx, int status, Object body) {
        try {
            text(ctx, status, text(body));
        } catch (JsonProcessingException e) {
            ctx.fail(e);
        }
    }

    static String text(Object body) throws JsonProcessingException {
        return JSON.writeValueAsString(body);
    }

    /** @param json as {@link #text(Object)} writes it */
    static void text(RoutingContext ctx, int status, String json) {
        ctx.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json")
                .end(json);
    }

    static void error(RoutingContext ctx, int status, String message) {
        json(ctx, status, Map.of("error", Map.of("message", message)));
    }
}
