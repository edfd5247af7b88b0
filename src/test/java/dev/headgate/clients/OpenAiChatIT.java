// SPDX-License-Identifier: Apache-2.0
package dev.headgate.clients;

import static dev.headgate.clients.ClientFixture.ask;
import static dev.headgate.clients.ClientFixture.sum;
import static dev.headgate.clients.ClientFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import dev.headgate.testkit.Behaviour;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whole chat answers with the official Java client: what goes in, what comes out. */
final class OpenAiChatIT {
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
    void answers_with_nothing_added_to_the_answer() {
        ChatCompletion answer = create(ask("demo/echo", "Hello there").build());

        assertThat(text(answer)).isEqualTo("Hello there");
        assertThat(answer.validate()._additionalProperties()).isEmpty();
        assertThat(answer.usage()).hasValueSatisfying(usage -> {
            assertThat(usage.promptTokens()).isEqualTo(2);
            assertThat(usage.totalTokens()).isEqualTo(4);
        });
    }

    @Test
    void shows_the_request_id_to_its_user() {
        try (var raw = clients.openAi()
                .chat()
                .completions()
                .withRawResponse()
                .create(ask("demo/echo", "Hello").build())) {
            assertThat(raw.requestId()).hasValueSatisfying(id -> assertThat(id).isNotBlank());
            assertThat(text(raw.parse())).isEqualTo("Hello");
        }
    }

    @Test
    void calls_a_tool_and_takes_its_result() {
        ChatCompletionCreateParams.Builder params =
                ask("demo/tools", "How is the weather in Oslo?").addTool(Weather.class);

        ChatCompletion asked = create(params.build());
        ChatCompletionMessageFunctionToolCall call = toolCall(asked);
        ChatCompletion answered =
                create(params.addMessage(asked.choices().getFirst().message())
                        .addMessage(ChatCompletionToolMessageParam.builder()
                                .toolCallId(call.id())
                                .content("21 degrees")
                                .build())
                        .build());

        assertThat(call.function().name()).isEqualTo("Weather");
        assertThat(call.function().arguments(Weather.class).city).isNotBlank();
        assertThat(text(answered)).isEqualTo("The tool answered: 21 degrees");
    }

    @Test
    void streams_the_same_tool_call() {
        ChatCompletionCreateParams params = ask("demo/tools", "How is the weather in Oslo?")
                .addTool(Weather.class)
                .build();

        ChatCompletion streamed = sum(clients.stream(params));

        ChatCompletionMessageFunctionToolCall.Function whole =
                toolCall(create(params)).function();
        assertThat(toolCall(streamed).function().name()).isEqualTo(whole.name());
        assertThat(toolCall(streamed).function().arguments()).isEqualTo(whole.arguments());
    }

    @Test
    void parses_structured_output_into_a_class() {
        var answer = clients.openAi()
                .chat()
                .completions()
                .create(ask("demo/json", "Which city?")
                        .responseFormat(City.class)
                        .build());

        assertThat(answer.choices().getFirst().message().content()).hasValueSatisfying(city -> {
            assertThat(city.name).isNotNull();
            assertThat(city.districts).isNotNull();
        });
    }

    @Test
    void sends_an_image_as_a_data_url_without_a_change() {
        byte[] picture = new byte[750_000];
        new Random(1).nextBytes(picture);
        String url = "data:image/png;base64," + Base64.getEncoder().encodeToString(picture);
        clients.upstream().next(Behaviour.chat("A picture."));

        ChatCompletion answer = create(ChatCompletionCreateParams.builder()
                .model("up/vision")
                .addUserMessageOfArrayOfContentParts(List.of(
                        ChatCompletionContentPart.ofText(ChatCompletionContentPartText.builder()
                                .text("What is this?")
                                .build()),
                        ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder()
                                .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder()
                                        .url(url)
                                        .build())
                                .build())))
                .build());

        assertThat(text(answer)).isEqualTo("A picture.");
        String arrived = clients.lastRequest()
                .json()
                .at("/messages/0/content/1/image_url/url")
                .asText();
        assertThat(arrived.equals(url))
                .as("the same URL of %d characters", url.length())
                .isTrue();
    }

    @Test
    void sends_a_megabyte_of_text_in_every_script() {
        String prompt = "Grüße, שלום, 你好, 👩‍👩‍👧 \u0001\\\"\n".repeat(20_000);
        clients.upstream().next(Behaviour.chat("Read: 👋🏽 שלום"));

        ChatCompletion answer = create(ask("up/long", prompt).build());

        assertThat(text(answer)).isEqualTo("Read: 👋🏽 שלום");
        String arrived = clients.lastRequest().json().at("/messages/0/content").asText();
        assertThat(arrived.equals(prompt)).as("the same prompt").isTrue();
    }

    @Test
    void sends_the_bytes_that_it_would_send_without_a_gateway() {
        ChatCompletionCreateParams params = ask("up/same", "Hello, 🌍")
                .temperature(0.1)
                .addTool(Weather.class)
                .build();
        create(params);
        String through = clients.lastRequest().body().toString();

        clients.openAi()
                .withOptions(
                        options -> options.baseUrl(clients.upstream().baseUrl().toString()))
                .chat()
                .completions()
                .create(params);

        assertThat(through).isEqualTo(clients.lastRequest().body().toString());
    }

    private static ChatCompletion create(ChatCompletionCreateParams params) {
        return clients.openAi().chat().completions().create(params);
    }

    private static ChatCompletionMessageFunctionToolCall toolCall(ChatCompletion answer) {
        var choice = answer.choices().getFirst();
        assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        return choice.message().toolCalls().orElseThrow().getFirst().asFunction();
    }

    @JsonClassDescription("Tells the weather of a city")
    static final class Weather {
        public @Nullable String city;
    }

    static final class City {
        public @Nullable String name;
        public int inhabitants;
        public @Nullable List<String> districts;
    }
}
