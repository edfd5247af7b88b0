// SPDX-License-Identifier: Apache-2.0
package dev.headgate.clients;

import static dev.headgate.clients.ClientFixture.ask;
import static dev.headgate.clients.ClientFixture.sum;
import static dev.headgate.clients.ClientFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.core.http.AsyncStreamResponse;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import dev.headgate.testkit.Behaviour;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chat streams with the official Java client, one and many, blocking and not. */
final class OpenAiStreamIT {
    private static final int MANY = 50;

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
    void streams_what_it_would_answer_whole() {
        var params = ask("demo/lorem", "Say something.").build();

        var chunks = clients.stream(params);

        assertThat(chunks).hasSizeGreaterThan(5);
        assertThat(text(sum(chunks)))
                .isEqualTo(text(clients.openAi().chat().completions().create(params)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo/lorem", "up/chat"})
    void shows_no_usage_to_a_client_that_did_not_ask_for_it(String model) {
        var chunks = clients.stream(ask(model, "Hello").build());

        assertThat(chunks).allSatisfy(chunk -> {
            assertThat(chunk.usage()).isEmpty();
            assertThat(chunk.choices()).isNotEmpty();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo/lorem", "up/chat"})
    void shows_usage_once_and_last_to_a_client_that_asked_for_it(String model) {
        var chunks = clients.stream(ask(model, "Hello")
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build());

        assertThat(chunks.getLast().usage())
                .hasValueSatisfying(
                        usage -> assertThat(usage.completionTokens()).isPositive());
        assertThat(chunks.getLast().choices()).isEmpty();
        assertThat(chunks).filteredOn(chunk -> chunk.usage().isPresent()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, Integer.MAX_VALUE})
    void joins_characters_that_were_torn_apart(int split) {
        clients.upstream()
                .next(Behaviour.stream("Grüße ", "an 🌍👩‍👩‍👧 ", "שלום").splitEvery(split));

        assertThat(text(sum(clients.stream(ask("up/chat", "Hello").build())))).isEqualTo("Grüße an 🌍👩‍👩‍👧 שלום");
    }

    @Test
    void leaves_the_halves_of_an_escaped_emoji_to_be_joined_by_the_client() {
        clients.upstream()
                .next(Behaviour.rawEvents(
                        chunk("\"\\uD83D\"", "null"),
                        chunk("\"\\uDE00 and alone: \\udc00\"", "null"),
                        chunk("\"\"", "\"stop\""),
                        "data: [DONE]\n\n"));

        assertThat(text(sum(clients.stream(ask("up/chat", "Hello").build())))).isEqualTo("😀 and alone: \udc00");
    }

    @Test
    void reads_streams_without_blocking() throws Exception {
        var handler = new Collecting();

        clients.openAi()
                .async()
                .chat()
                .completions()
                .createStreaming(ask("demo/echo", "one two three").build())
                .subscribe(handler);

        assertThat(handler.end.get(20, TimeUnit.SECONDS)).isEmpty();
        assertThat(text(handler.sum.chatCompletion())).isEqualTo("one two three");
    }

    @Test
    void tells_a_stream_that_is_read_without_blocking_of_its_break() throws Exception {
        clients.upstream().next(Behaviour.stream("Hel", "lo").cutAfter(1, Behaviour.Cut.RST));
        var handler = new Collecting();

        clients.openAi()
                .async()
                .chat()
                .completions()
                .createStreaming(ask("up/chat", "Hello").build())
                .subscribe(handler);

        assertThat(handler.end.get(20, TimeUnit.SECONDS)).isPresent();
    }

    @Test
    void answers_without_blocking() throws Exception {
        var answer = clients.openAi()
                .async()
                .chat()
                .completions()
                .create(ask("demo/echo", "Hello").build())
                .get(20, TimeUnit.SECONDS);

        assertThat(text(answer)).isEqualTo("Hello");
    }

    @Test
    void keeps_fifty_streams_apart() throws Exception {
        var expected =
                IntStream.range(0, MANY).mapToObj(OpenAiStreamIT::numbered).toList();

        List<String> answers;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<String>>();
            for (var text : expected) {
                running.add(threads.submit(
                        () -> text(sum(clients.stream(ask("demo/echo", text).build())))));
            }
            answers = new ArrayList<>();
            for (var one : running) {
                answers.add(one.get(30, TimeUnit.SECONDS));
            }
        }

        assertThat(answers).isEqualTo(expected);
    }

    @Test
    void holds_fifty_streams_open_at_once_and_lets_go_of_all() throws Exception {
        int before = clients.upstream().requests().size();
        clients.upstream()
                .script(IntStream.range(0, MANY)
                        .mapToObj(i -> Behaviour.stream("Hel", "lo").stallAfter(1))
                        .toArray(Behaviour[]::new));
        var open = new CountDownLatch(MANY);
        var leave = new Semaphore(0);

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            IntStream.range(0, MANY).forEach(i -> threads.execute(() -> hold(open, leave)));
            try {
                assertThat(open.await(30, TimeUnit.SECONDS))
                        .as("every stream has begun")
                        .isTrue();
                assertThat(clients.upstream().openRequests()).isEqualTo(MANY);
            } finally {
                leave.release(MANY);
            }
        }

        clients.upstream().awaitRequestClosed(before + MANY);
    }

    private static void hold(CountDownLatch open, Semaphore leave) {
        try (StreamResponse<ChatCompletionChunk> stream = clients.openAi()
                .chat()
                .completions()
                .createStreaming(ask("up/chat", "Hello").build())) {
            stream.stream().findFirst().ifPresent(first -> open.countDown());
            leave.acquireUninterruptibly();
        }
    }

    private static String numbered(int number) {
        return (number + " word ").repeat(40 + number) + "end";
    }

    private static String chunk(String content, String finishReason) {
        return "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"m\","
                + "\"choices\":[{\"index\":0,\"delta\":{\"content\":" + content + "},\"finish_reason\":" + finishReason
                + "}]}\n\n";
    }

    private static final class Collecting implements AsyncStreamResponse.Handler<ChatCompletionChunk> {
        private final ChatCompletionAccumulator sum = ChatCompletionAccumulator.create();
        private final CompletableFuture<Optional<Throwable>> end = new CompletableFuture<>();

        @Override
        public void onNext(ChatCompletionChunk chunk) {
            sum.accumulate(chunk);
        }

        @Override
        public void onComplete(Optional<Throwable> error) {
            end.complete(error);
        }
    }
}
