// SPDX-License-Identifier: Apache-2.0
package dev.headgate.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.responses.ResponseCreateParams;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The official Java client takes a degraded answer for one of a model, and can tell it from one. */
final class OpenAiDegradedIT {
    private static final String SORRY = "We cannot answer right now.";
    private static FakeUpstream upstream;
    private static GatewayFixture gateway;
    private static OpenAIClient client;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start().always(Behaviour.error(500, "x", "Boom."));
        gateway = GatewayFixture.start("""
                version: 1
                defaults: { retry: { attempts: 1 } }
                backends: { up: { baseUrl: "%s", auth: none, breaker: { minimumCalls: 1000 } } }
                models: { m: { backend: up } }
                routes:
                  sorry: { stable: m, degraded: { answer: "%s" } }
                """.formatted(upstream.baseUrl(), SORRY));
        client = OpenAIOkHttpClient.builder()
                .baseUrl(gateway.baseUrl())
                .apiKey("none")
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        gateway.close();
        upstream.close();
    }

    @Test
    void reads_a_chat_completion_and_its_mark() {
        try (var answer = client.withRawResponse()
                .chat()
                .completions()
                .create(ClientFixture.ask("sorry", "Hi").build())) {
            assertThat(answer.headers().values("x-headgate-degraded")).containsExactly("template");
            assertThat(ClientFixture.text(answer.parse())).isEqualTo(SORRY);
        }
    }

    @Test
    void reads_a_stream_to_its_end() {
        try (StreamResponse<ChatCompletionChunk> stream = client.chat()
                .completions()
                .createStreaming(ClientFixture.ask("sorry", "Hi").build())) {
            assertThat(ClientFixture.text(ClientFixture.sum(stream.stream().toList())))
                    .isEqualTo(SORRY);
        }
    }

    @Test
    void reads_a_response_and_the_events_of_one() {
        ResponseCreateParams asked =
                ResponseCreateParams.builder().model("sorry").input("Hi").build();
        var message = client.responses().create(asked).output().getFirst().asMessage();
        assertThat(message.content().getFirst().asOutputText().text()).isEqualTo(SORRY);

        try (var stream = client.responses().createStreaming(asked)) {
            var events = stream.stream().toList();
            assertThat(events)
                    .anySatisfy(event -> assertThat(event.isOutputTextDelta()).isTrue());
            assertThat(events.getLast().isCompleted()).isTrue();
        }
    }
}
