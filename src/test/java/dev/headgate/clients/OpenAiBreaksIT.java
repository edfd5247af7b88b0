// SPDX-License-Identifier: Apache-2.0
package dev.headgate.clients;

import static dev.headgate.clients.ClientFixture.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIException;
import com.openai.errors.OpenAIIoException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.Behaviour.Cut;
import dev.headgate.testkit.Received.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers that break off, on either side, with the official Java client. */
final class OpenAiBreaksIT {
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
    void throws_the_error_that_a_stream_reports() {
        clients.upstream().next(Behaviour.errorInStream());
        var seen = new ArrayList<String>();

        var error = catchThrowableOfType(OpenAIServiceException.class, () -> read(seen));

        assertThat(seen).containsExactly("Hel");
        assertThat(error.type()).contains("server_error");
        assertThat(error).hasMessageContaining("The server had an error.");
    }

    @ParameterizedTest
    @CsvSource({"1, FIN", "1, RST", "3, FIN", "3, RST"})
    void never_shows_a_stream_as_complete_whose_backend_died(int events, Cut cut) {
        clients.upstream().next(Behaviour.stream("one ", "two ", "three").cutAfter(events, cut));
        var seen = new ArrayList<String>();

        Throwable error = catchThrowable(() -> read(seen));

        assertThat(error).isInstanceOf(OpenAIException.class);
        assertThat("one two three").startsWith(String.join("", seen));
    }

    @Test
    void reads_the_next_stream_where_one_died_before_its_first_token() {
        clients.upstream().next(Behaviour.stream("never sent").cutAfter(0, Cut.FIN));
        clients.upstream().next(Behaviour.stream("one ", "two"));
        var seen = new ArrayList<String>();

        read(seen);

        assertThat(String.join("", seen)).isEqualTo("one two");
    }

    @Test
    void never_shows_a_stream_as_complete_that_broke_inside_an_event() {
        clients.upstream().next(Behaviour.stream("one ", "two").cutAfterBytes(230, Cut.FIN));

        assertThatThrownBy(() -> read(new ArrayList<>())).isInstanceOf(OpenAIException.class);
    }

    @Test
    void never_shows_a_response_as_complete_whose_backend_died() {
        clients.upstream()
                .next(Behaviour.rawEvents(
                                "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
                                        + "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"Hel\","
                                        + "\"sequence_number\":1,\"logprobs\":[]}\n\n",
                                "never sent")
                        .cutAfter(1, Cut.FIN));

        assertThatThrownBy(() -> {
                    try (StreamResponse<ResponseStreamEvent> stream = clients.openAi()
                            .responses()
                            .createStreaming(ResponseCreateParams.builder()
                                    .model("up/chat")
                                    .input("Hello")
                                    .build())) {
                        stream.stream().forEach(event -> {});
                    }
                })
                .isInstanceOf(OpenAIException.class);
    }

    @ParameterizedTest
    @EnumSource(Cut.class)
    void never_shows_half_an_answer(Cut cut) {
        clients.upstream().always(Behaviour.chat("one two three").cutAfterBytes(40, cut));
        try {
            assertThatThrownBy(() -> clients.openAi()
                            .chat()
                            .completions()
                            .create(ask("up/chat", "Hello").build()))
                    .isInstanceOf(OpenAIException.class);
        } finally {
            clients.upstream().always(Behaviour.openAi());
        }
    }

    @Test
    void ends_the_backends_work_when_the_client_leaves_a_stream() {
        int before = clients.upstream().requests().size();
        clients.upstream().next(Behaviour.endless(200).every(Duration.ofMillis(5)));

        try (StreamResponse<ChatCompletionChunk> stream = clients.openAi()
                .chat()
                .completions()
                .createStreaming(ask("up/chat", "Hello").build())) {
            assertThat(stream.stream().limit(3)).hasSize(3);
        }

        clients.upstream().awaitRequestClosed(before + 1);
        assertThat(clients.lastRequest().answer()).isEqualTo(Answer.CLIENT_GONE);
    }

    @Test
    void ends_the_backends_work_when_the_client_leaves_a_silent_stream() {
        int before = clients.upstream().requests().size();
        clients.upstream().next(Behaviour.stream("Hel", "lo").stallAfter(1));

        try (StreamResponse<ChatCompletionChunk> stream = clients.openAi()
                .chat()
                .completions()
                .createStreaming(ask("up/chat", "Hello").build())) {
            assertThat(stream.stream().findFirst()).isPresent();
        }

        clients.upstream().awaitRequestClosed(before + 1);
        assertThat(clients.lastRequest().answer()).isEqualTo(Answer.CLIENT_GONE);
    }

    @Test
    void ends_the_backends_work_when_the_client_does_not_wait_for_the_first_byte() {
        int before = clients.upstream().requests().size();
        clients.upstream().next(Behaviour.silence());
        var impatient = clients.openAi()
                .withOptions(options -> options.timeout(Duration.ofMillis(500)).maxRetries(0));

        assertThatThrownBy(() -> impatient
                        .chat()
                        .completions()
                        .create(ask("up/chat", "Hello").build()))
                .isInstanceOf(OpenAIIoException.class);

        clients.upstream().awaitRequestClosed(before + 1);
        assertThat(clients.lastRequest().answer()).isEqualTo(Answer.CLIENT_GONE);
    }

    private static void read(List<String> seen) {
        try (StreamResponse<ChatCompletionChunk> stream = clients.openAi()
                .chat()
                .completions()
                .createStreaming(ask("up/chat", "Hello").build())) {
            stream.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .flatMap(choice -> choice.delta().content().stream())
                    .forEach(seen::add);
        }
    }
}
