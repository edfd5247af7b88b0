// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers every chat completion with the same usage, and knows how many calls came and how many ran at once, for each first word of
 * the path. Its one event loop sees every beginning and every end.
 */
final class CountingUpstream {
    static final long TOKENS = 31;
    private static final String ANSWER =
            "{\"id\":\"c\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                    + "\"content\":\"ok\"},\"finish_reason\":\"stop\"}],"
                    + "\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":20,\"total_tokens\":31}}";

    private final Vertx vertx;
    private final long millis;
    private final Map<String, Count> counts = new ConcurrentHashMap<>();
    final int port;

    /** Of one word. */
    static final class Count {
        final AtomicInteger calls = new AtomicInteger();
        final AtomicInteger running = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
    }

    /** @param millis how long a call takes */
    CountingUpstream(Vertx vertx, long millis) throws Exception {
        this.vertx = vertx;
        this.millis = millis;
        this.port = vertx.createHttpServer()
                .requestHandler(this::answer)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .actualPort();
    }

    Count of(String word) {
        return counts.computeIfAbsent(word, name -> new Count());
    }

    private void answer(HttpServerRequest request) {
        Count count = of(String.valueOf(request.path()).split("/", 3)[1]);
        count.calls.incrementAndGet();
        count.most.accumulateAndGet(count.running.incrementAndGet(), Math::max);
        vertx.setTimer(millis, timer -> {
            count.running.decrementAndGet();
            request.response().putHeader("content-type", "application/json").end(ANSWER);
        });
    }
}
