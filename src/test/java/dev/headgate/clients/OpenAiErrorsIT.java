// SPDX-License-Identifier: Apache-2.0
package dev.headgate.clients;

import static dev.headgate.clients.ClientFixture.ask;
import static dev.headgate.clients.ClientFixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonMissing;
import com.openai.core.JsonObject;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.chat.completions.ChatCompletion;
import dev.headgate.testkit.Behaviour;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Refusals of the gateway and of the backend, as the official Java client throws them. */
final class OpenAiErrorsIT {
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
    void refuses_a_wrong_key_as_unauthorized() {
        int before = clients.upstream().requests().size();
        OpenAIClient stranger = clients.openAi().withOptions(options -> options.apiKey("hg_wrong"));

        var error = catchThrowableOfType(UnauthorizedException.class, () -> create(stranger, "up/chat"));

        assertThat(error.code()).contains("invalid_api_key");
        assertThat(error.type()).contains("invalid_request_error");
        assertThat(requestId(error)).isNotBlank();
        assertThat(clients.upstream().requests()).hasSize(before);
    }

    @Test
    void refuses_an_unknown_model_as_not_found() {
        var error = catchThrowableOfType(NotFoundException.class, () -> create(clients.openAi(), "gpt-unknown"));

        assertThat(error.code()).contains("model_not_found");
        assertThat(error.type()).contains("invalid_request_error");
        assertThat(error.param()).contains("model");
        assertThat(error).hasMessageContaining("gpt-unknown");
        assertThat(requestId(error)).isNotBlank();
    }

    @Test
    void refuses_broken_parameters_before_a_stream_begins() {
        var error = catchThrowableOfType(
                BadRequestException.class,
                () -> clients.stream(
                        ask("demo/echo", "Hello").maxCompletionTokens(-1).build()));

        assertThat(error.param()).contains("max_completion_tokens");
        assertThat(error.type()).contains("invalid_request_error");
    }

    @Test
    void shows_the_whole_error_of_the_backend() {
        clients.upstream()
                .next(Behaviour.json(
                        400,
                        "{\"error\":{\"message\":\"Bad temperature\",\"type\":\"invalid_request_error\","
                                + "\"param\":\"temperature\",\"code\":\"decimal_above_maximum_value\","
                                + "\"x_vendor\":{\"detail\":7}}}"));

        var error = catchThrowableOfType(BadRequestException.class, () -> create(clients.openAi(), "up/chat"));

        assertThat(error.code()).contains("decimal_above_maximum_value");
        assertThat(error.param()).contains("temperature");
        assertThat(member(error, "x_vendor")).isEqualTo(JsonValue.from(Map.of("detail", 7)));
    }

    @Test
    void lets_the_client_wait_as_long_as_the_backend_asks_for() {
        int before = clients.upstream().requests().size();
        clients.upstream().script(Behaviour.rateLimited(7), Behaviour.chat("Now."));

        assertThat(text(create(clients.openAi(), "up/chat"))).isEqualTo("Now.");

        assertThat(clients.waits()).contains(Duration.ofSeconds(7));
        assertThat(clients.upstream().requests()).hasSize(before + 2);
    }

    @Test
    void leaves_it_to_the_backend_whether_the_client_tries_again() {
        int before = clients.upstream().requests().size();
        clients.upstream()
                .next(Behaviour.rateLimited(7)
                        .header("x-ratelimit-remaining-requests", "0")
                        .header("x-should-retry", "false"));

        var error = catchThrowableOfType(RateLimitException.class, () -> create(clients.openAi(), "up/chat"));

        assertThat(error.type()).contains("requests");
        assertThat(error.headers().values("retry-after")).containsExactly("7");
        assertThat(error.headers().values("x-ratelimit-remaining-requests"))
                .as("the account behind the gateway")
                .isEmpty();
        assertThat(requestId(error)).isNotBlank();
        assertThat(clients.upstream().requests()).hasSize(before + 1);
    }

    @Test
    void reports_the_backends_failure_after_the_clients_own_retries() {
        int before = clients.upstream().requests().size();
        var failure = Behaviour.error(500, "server_error", "Out of memory");
        clients.upstream().script(failure, failure, failure);

        var error = catchThrowableOfType(InternalServerException.class, () -> create(clients.openAi(), "up/chat"));

        assertThat(error.statusCode()).isEqualTo(502);
        assertThat(error.type()).contains("api_error");
        assertThat(error.code()).contains("upstream_failed");
        assertThat(error).hasMessageContaining("Out of memory");
        assertThat(clients.upstream().requests()).hasSize(before + 3);
    }

    @Test
    void reports_a_backend_that_hangs_up_as_a_failed_upstream() {
        clients.upstream().always(Behaviour.hangUp(Behaviour.Cut.FIN));
        try {
            var error = catchThrowableOfType(InternalServerException.class, () -> create(clients.openAi(), "up/chat"));

            assertThat(error.statusCode()).isIn(502, 503);
            assertThat(error.type()).contains("api_error");
            assertThat(error.code()).hasValueSatisfying(code -> assertThat(code).startsWith("upstream_"));
            assertThat(requestId(error)).isNotBlank();
        } finally {
            clients.upstream().always(Behaviour.openAi());
        }
    }

    @Test
    void throws_the_same_without_blocking() {
        var error = clients.openAi()
                .async()
                .chat()
                .completions()
                .create(ask("gpt-unknown", "Hello").build())
                .handle((answer, cause) -> cause)
                .orTimeout(20, TimeUnit.SECONDS)
                .join();

        assertThat(error).hasRootCauseInstanceOf(NotFoundException.class);
    }

    private static ChatCompletion create(OpenAIClient client, String model) {
        return client.chat().completions().create(ask(model, "Hello").build());
    }

    private static String requestId(OpenAIServiceException error) {
        return String.join(",", error.headers().values("x-request-id"));
    }

    /** A member of the error that the typed accessors do not know. */
    private static JsonValue member(OpenAIServiceException error, String name) {
        JsonValue body = error.body();
        return ((JsonObject) body).values().getOrDefault(name, JsonMissing.of());
    }
}
