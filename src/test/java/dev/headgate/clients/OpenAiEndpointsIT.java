// SPDX-License-Identifier: Apache-2.0
package dev.headgate.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.openai.core.http.StreamResponse;
import com.openai.errors.NotFoundException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams.EncodingFormat;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.models.Model;
import com.openai.models.moderations.ModerationCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The endpoints beside chat that speak JSON, with the official Java client. */
final class OpenAiEndpointsIT {
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
    void gives_embeddings_as_numbers_and_as_base64() {
        var params = EmbeddingCreateParams.builder()
                .model("demo/embed")
                .inputOfArrayOfStrings(List.of("one", "two"))
                .dimensions(64);

        var usual = embed(params);
        var numbers = embed(params.encodingFormat(EncodingFormat.FLOAT));
        var base64 = embed(params.encodingFormat(EncodingFormat.BASE64));

        assertThat(numbers.data()).hasSize(2);
        assertThat(numbers.data().getLast().index()).isEqualTo(1);
        assertThat(length(numbers.data().getFirst().embedding())).isCloseTo(1, within(1e-5));
        assertThat(base64.data().getFirst().embeddingValue().isBase64()).isTrue();
        for (int i = 0; i < 2; i++) {
            assertThat(usual.data().get(i).embedding())
                    .isEqualTo(numbers.data().get(i).embedding());
            assertThat(base64.data().get(i).embedding())
                    .isEqualTo(numbers.data().get(i).embedding());
        }
        assertThat(usual.usage().promptTokens()).isEqualTo(2);
    }

    @Test
    void completes_a_prompt_whole_and_as_a_stream() {
        var params = CompletionCreateParams.builder()
                .model("demo/echo")
                .prompt("Once upon a time")
                .build();

        var whole = clients.openAi().completions().create(params);
        String streamed;
        try (StreamResponse<Completion> stream = clients.openAi().completions().createStreaming(params)) {
            streamed = stream.stream()
                    .map(chunk -> chunk.choices().getFirst().text())
                    .collect(Collectors.joining());
        }

        assertThat(whole.choices().getFirst().text()).isEqualTo("Once upon a time");
        assertThat(whole.usage()).isPresent();
        assertThat(streamed).isEqualTo("Once upon a time");
    }

    @Test
    void creates_a_response_whole_and_as_a_stream() {
        var params = ResponseCreateParams.builder()
                .model("demo/echo")
                .input("Hello, 🌍")
                .build();

        var whole = clients.openAi().responses().create(params);
        var sum = ResponseAccumulator.create();
        List<ResponseStreamEvent> events;
        try (StreamResponse<ResponseStreamEvent> stream =
                clients.openAi().responses().createStreaming(params)) {
            events = stream.stream().map(sum::accumulate).toList();
        }

        assertThat(text(whole)).isEqualTo("Hello, 🌍");
        assertThat(whole.validate().usage()).isPresent();
        assertThat(text(sum.response())).isEqualTo("Hello, 🌍");
        assertThat(events.getFirst().isCreated()).isTrue();
        assertThat(events.getLast().isCompleted()).isTrue();
        assertThat(events.stream()
                        .flatMap(event -> event.outputTextDelta().stream())
                        .map(delta -> delta.delta()))
                .hasSizeGreaterThan(1)
                .satisfies(deltas -> assertThat(String.join("", deltas)).isEqualTo("Hello, 🌍"));
    }

    @Test
    void moderates_several_texts() {
        var answer = clients.openAi()
                .moderations()
                .create(ModerationCreateParams.builder()
                        .model("demo/echo")
                        .inputOfStrings(List.of("kind", "words"))
                        .build());

        assertThat(answer.results()).hasSize(2);
        assertThat(answer.validate().results().getFirst().flagged()).isFalse();
    }

    @Test
    void generates_images() {
        var answer = clients.openAi()
                .images()
                .generate(ImageGenerateParams.builder()
                        .model("demo/echo")
                        .prompt("A lighthouse")
                        .n(2)
                        .build());

        assertThat(answer.validate().data().orElseThrow())
                .hasSize(2)
                .allSatisfy(image -> assertThat(
                                Base64.getDecoder().decode(image.b64Json().orElseThrow()))
                        .startsWith(0x89, 'P', 'N', 'G'));
    }

    @Test
    void lists_the_models_of_this_key() {
        assertThat(clients.openAi().models().list().autoPager())
                .extracting(Model::id)
                .containsExactlyInAnyOrder("demo/echo", "demo/lorem");
    }

    @Test
    void finds_one_model_whose_name_has_a_slash() {
        var model = clients.openAi().models().retrieve("demo/echo");

        assertThat(model.validate().id()).isEqualTo("demo/echo");
    }

    @Test
    void does_not_find_a_model_that_is_not_there() {
        var error = catchThrowableOfType(
                NotFoundException.class, () -> clients.openAi().models().retrieve("gpt-unknown"));

        assertThat(error.code()).contains("model_not_found");
    }

    private static CreateEmbeddingResponse embed(EmbeddingCreateParams.Builder params) {
        return clients.openAi().embeddings().create(params.build());
    }

    private static double length(List<Float> vector) {
        return Math.sqrt(vector.stream().mapToDouble(x -> (double) x * x).sum());
    }

    private static String text(Response response) {
        return response.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .flatMap(content -> content.outputText().stream())
                .map(text -> text.text())
                .collect(Collectors.joining());
    }
}
