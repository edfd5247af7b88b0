// SPDX-License-Identifier: Apache-2.0
package dev.headgate.clients;

import static dev.headgate.clients.ClientFixture.ask;
import static dev.headgate.clients.ClientFixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.RateLimitException;
import com.openai.models.chat.completions.ChatCompletion;
import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the official Java client, as its users make it, does with refusals of our own limits. */
final class OpenAiLimitsIT {
    private static final String KEY = KeyFormat.create(new Random(11));

    @Test
    void waits_as_long_as_a_rate_limit_says_and_then_gets_its_answer() {
        try (FakeUpstream upstream = FakeUpstream.start();
                GatewayFixture gateway = limited(upstream, "{ requestsPerMinute: { limit: 120, burst: 1 } }")) {
            upstream.always(Behaviour.chat("Here."));
            OpenAIClient client = client(gateway);

            assertThat(text(create(client))).isEqualTo("Here.");
            assertThat(text(create(client))).isEqualTo("Here.");

            assertThat(gateway.metric("headgate_quota_refused_total", "tenant=\"acme\""))
                    .isEqualTo(1);
            assertThat(upstream.requests()).hasSize(2);
        }
    }

    @Test
    void does_not_ask_again_once_a_budget_is_spent() {
        try (FakeUpstream upstream = FakeUpstream.start();
                GatewayFixture gateway = limited(upstream, "{ usdPerDay: 0.00002 }")) {
            // 11 tokens in and one out at 1 dollar for a million: 12 millionths of a dollar.
            upstream.always(Behaviour.chat("Hi"));
            OpenAIClient client = client(gateway);
            create(client);

            var error = catchThrowableOfType(RateLimitException.class, () -> create(client));

            assertThat(error.code()).contains("insufficient_quota");
            assertThat(error.type()).contains("insufficient_quota");
            assertThat(error.headers().values("x-headgate-limit")).containsExactly("tenant/acme/usdPerDay");
            assertThat(gateway.metric("headgate_quota_refused_total", "tenant=\"acme\""))
                    .as("the client does not try again")
                    .isEqualTo(1);
        }
    }

    private static GatewayFixture limited(FakeUpstream upstream, String limits) {
        return GatewayFixture.start(
                "auth: keys\n",
                """
                        version: 1
                        backends:
                          up: { baseUrl: "%s", auth: none }
                        models:
                          m: { backend: up, price: { input: 1, output: 1 } }
                        routes:
                          chat: { stable: m }
                        tenants:
                        """.formatted(upstream.baseUrl()) + GatewayFixture.tenant("acme", KEY, "limits: [" + limits + "]"));
    }

    private static OpenAIClient client(GatewayFixture gateway) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(gateway.baseUrl())
                .apiKey(KEY)
                .build();
    }

    private static ChatCompletion create(OpenAIClient client) {
        return client.chat()
                .completions()
                .create(ask("chat", "Hello").maxCompletionTokens(4).build());
    }
}
