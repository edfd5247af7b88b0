// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Backend;
import dev.headgate.call.Backend.Auth;
import dev.headgate.call.Backend.Dialect;
import dev.headgate.call.Guards;
import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.call.Guards.HealthRule;
import dev.headgate.call.Secret;
import dev.headgate.call.Timeouts;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HealthRequestTest {
    @Test
    void asks_below_the_base_url_with_the_first_key_and_the_backends_own_headers() {
        ControlClient.Request request = request(Dialect.OPENAI, new Auth.Bearer(), "/models", null);

        assertThat(request.method()).isEqualTo(HttpMethod.GET);
        assertThat(request.uri()).isEqualTo("/v1/models");
        assertThat(request.headers().get("authorization")).isEqualTo("Bearer first");
        assertThat(request.headers().get("x-team")).isEqualTo("ml");
        assertThat(request.deadline()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void sends_the_key_in_the_header_that_the_backend_wants() {
        ControlClient.Request request =
                request(Dialect.AZURE, new Auth.Header("api-key"), "/openai/models", "2025-01-01");

        assertThat(request.headers().get("api-key")).isEqualTo("first");
        assertThat(request.headers().contains("authorization")).isFalse();
    }

    @Test
    void names_the_version_where_azure_wants_it() {
        assertThat(request(Dialect.AZURE, new Auth.None(), "/openai/models", "2025-01-01")
                        .uri())
                .isEqualTo("/v1/openai/models?api-version=2025-01-01");
        assertThat(request(Dialect.AZURE, new Auth.None(), "/openai/models?limit=1", "2025-01-01")
                        .uri())
                .isEqualTo("/v1/openai/models?limit=1&api-version=2025-01-01");
    }

    private static ControlClient.Request request(Dialect dialect, Auth auth, String path, @Nullable String apiVersion) {
        Backend backend = new Backend(
                "b",
                dialect,
                URI.create("https://vendor.example/v1/"),
                auth,
                List.of(new Secret("first"), new Secret("second")),
                Map.of("x-team", "ml"),
                apiVersion,
                null,
                null,
                null,
                true,
                new Guards(Timeouts.DEFAULT, BreakerRule.DEFAULT, null, new HealthRule(path, Duration.ofSeconds(10))),
                null);
        return HealthRequest.of(backend, Duration.ofSeconds(3));
    }
}
