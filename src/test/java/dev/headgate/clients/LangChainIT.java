// SPDX-License-Identifier: Apache-2.0
package dev.headgate.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.testkit.Behaviour;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** LangChain4j with the HTTP client that it comes with, the JDK's, which offers an h2c upgrade on every first request. */
final class LangChainIT {
    private static ClientFixture clients;

    @BeforeAll
    static void start() {
        clients = new ClientFixture();
    }

    @AfterAll
    static void stop() {
        clients.close();
    }

    @Test
    void chats() {
        var answer = chat("demo/echo").chat(UserMessage.from("Grüße an 🌍"));

        assertThat(answer.aiMessage().text()).isEqualTo("Grüße an 🌍");
        assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.tokenUsage().totalTokenCount()).isEqualTo(6);
    }

    @Test
    void streams_every_token_and_completes() throws Exception {
        var handler = new Collecting();

        streaming("demo/lorem").chat("Say something.", handler);

        var answer = handler.end.get(20, TimeUnit.SECONDS);
        assertThat(handler.tokens).hasSizeGreaterThan(5);
        assertThat(String.join("", handler.tokens))
                .isEqualTo(answer.aiMessage().text())
                .isEqualTo(chat("demo/lorem").chat("Say something."));
        assertThat(answer.tokenUsage().outputTokenCount()).isPositive();
    }

    @Test
    void hears_of_a_stream_that_broke() {
        clients.upstream().next(Behaviour.stream("Hel", "lo").cutAfter(1, Behaviour.Cut.FIN));
        var handler = new Collecting();

        streaming("up/chat").chat("Hello", handler);

        assertThatThrownBy(() -> handler.end.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        assertThat(handler.tokens).isSubsetOf("Hel");
    }

    @Test
    void hears_of_an_error_before_a_stream() {
        var handler = new Collecting();

        streaming("gpt-unknown").chat("Hello", handler);

        assertThatThrownBy(() -> handler.end.get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(ModelNotFoundException.class);
    }

    @Test
    void calls_a_tool_and_takes_its_result() {
        var model = chat("demo/tools");
        var tool = ToolSpecification.builder()
                .name("weather")
                .description("Tells the weather of a city")
                .parameters(JsonObjectSchema.builder()
                        .addStringProperty("city")
                        .required("city")
                        .build())
                .build();
        var messages = new ArrayList<ChatMessage>(List.of(UserMessage.from("How is the weather in Oslo?")));
        var request = ChatRequest.builder().toolSpecifications(tool);

        var asked = model.chat(request.messages(messages).build()).aiMessage();
        var call = asked.toolExecutionRequests().getFirst();
        messages.add(asked);
        messages.add(ToolExecutionResultMessage.from(call, "21 degrees"));
        var answered = model.chat(request.messages(messages).build()).aiMessage();

        assertThat(call.name()).isEqualTo("weather");
        assertThat(call.arguments()).contains("\"city\"");
        assertThat(answered.text()).isEqualTo("The tool answered: 21 degrees");
    }

    @Test
    void answers_in_json_mode() {
        var answer = chat("demo/json")
                .chat(ChatRequest.builder()
                        .messages(UserMessage.from("Which city?"))
                        .responseFormat(ResponseFormat.JSON)
                        .build());

        assertThat(answer.aiMessage().text()).isEqualTo("{\"question\":\"Which city?\",\"answer\":\"demo\"}");
    }

    @Test
    void embeds() {
        var model = OpenAiEmbeddingModel.builder()
                .baseUrl(clients.baseUrl())
                .apiKey(clients.key())
                .modelName("demo/embed")
                .dimensions(64)
                .build();

        var vector = model.embed("one").content().vector();

        assertThat(vector).hasSize(64).isEqualTo(model.embed("one").content().vector());
        assertThat(vector).isNotEqualTo(model.embed("two").content().vector());
    }

    @Test
    void refuses_a_wrong_key_as_an_authentication_error() {
        var stranger = OpenAiChatModel.builder()
                .baseUrl(clients.baseUrl())
                .apiKey("hg_wrong")
                .modelName("demo/echo")
                .build();

        assertThatThrownBy(() -> stranger.chat("Hello"))
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining("invalid_api_key");
    }

    private static OpenAiChatModel chat(String model) {
        return OpenAiChatModel.builder()
                .baseUrl(clients.baseUrl())
                .apiKey(clients.key())
                .modelName(model)
                .build();
    }

    private static OpenAiStreamingChatModel streaming(String model) {
        return OpenAiStreamingChatModel.builder()
                .baseUrl(clients.baseUrl())
                .apiKey(clients.key())
                .modelName(model)
                .build();
    }

    private static final class Collecting implements StreamingChatResponseHandler {
        private final List<String> tokens = new ArrayList<>();
        private final CompletableFuture<ChatResponse> end = new CompletableFuture<>();

        @Override
        public void onPartialResponse(String token) {
            tokens.add(token);
        }

        @Override
        public void onCompleteResponse(ChatResponse answer) {
            end.complete(answer);
        }

        @Override
        public void onError(Throwable error) {
            end.completeExceptionally(error);
        }
    }
}
