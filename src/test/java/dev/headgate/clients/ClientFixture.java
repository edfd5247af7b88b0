// SPDX-License-Identifier: Apache-2.0
package dev.headgate.clients;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Sleeper;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.Received;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A gateway that asks for keys, in front of the demo backend ({@code demo/*}) and a scripted one ({@code up/*}), with the official
 * client, whose waiting before a retry is noted instead of done.
 */
final class ClientFixture implements AutoCloseable {
    private final String key = KeyFormat.create(new SecureRandom());
    private final FakeUpstream upstream = FakeUpstream.start();
    private final GatewayFixture gateway;
    private final OpenAIClient openAi;
    private final List<Duration> waits = new CopyOnWriteArrayList<>();

    ClientFixture() {
        gateway = GatewayFixture.start(
                "auth: keys\n",
                """
                version: 1
                defaults: { retry: { attempts: 1 } }
                backends:
                  up: { baseUrl: "%s", auth: none }
                  demo: { type: demo }
                routes:
                  "up/*": { backend: up }
                  "demo/*": { backend: demo, list: [demo/echo, demo/lorem] }
                tenants:
                """.formatted(upstream.baseUrl())
                        + GatewayFixture.tenant("acme", key, "mayUse: [\"up/*\", \"demo/*\"]"));
        openAi = OpenAIOkHttpClient.builder()
                .baseUrl(baseUrl())
                .apiKey(key)
                .timeout(Duration.ofSeconds(30))
                .sleeper(new NotedSleep())
                .build();
    }

    String key() {
        return key;
    }

    String baseUrl() {
        return gateway.baseUrl();
    }

    GatewayFixture gateway() {
        return gateway;
    }

    FakeUpstream upstream() {
        return upstream;
    }

    /** The official Java client as its users make it, two retries included. */
    OpenAIClient openAi() {
        return openAi;
    }

    /** How long {@link #openAi} would have waited before its retries so far. */
    List<Duration> waits() {
        return waits;
    }

    /** The request that the scripted backend got last. */
    Received lastRequest() {
        return upstream.requests().getLast();
    }

    static ChatCompletionCreateParams.Builder ask(String model, String text) {
        return ChatCompletionCreateParams.builder().model(model).addUserMessage(text);
    }

    static String text(ChatCompletion answer) {
        return answer.choices().getFirst().message().content().orElse("");
    }

    List<ChatCompletionChunk> stream(ChatCompletionCreateParams params) {
        try (StreamResponse<ChatCompletionChunk> stream =
                openAi.chat().completions().createStreaming(params)) {
            return stream.stream().toList();
        }
    }

    /** What the chunks of a stream add up to; fails if no chunk says how it ended. */
    static ChatCompletion sum(List<ChatCompletionChunk> chunks) {
        var sum = ChatCompletionAccumulator.create();
        chunks.forEach(sum::accumulate);
        return sum.chatCompletion();
    }

    @Override
    public void close() {
        openAi.close();
        gateway.close();
        upstream.close();
    }

    private final class NotedSleep implements Sleeper {
        @Override
        public void sleep(Duration duration) {
            waits.add(duration);
        }

        @Override
        public CompletableFuture<Void> sleepAsync(Duration duration) {
            waits.add(duration);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {}
    }
}
