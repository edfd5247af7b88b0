// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.attempts;
import static dev.headgate.testkit.GatewayFixture.backend;
import static dev.headgate.testkit.GatewayFixture.eventually;
import static dev.headgate.testkit.GatewayFixture.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What health checks mean for calls; how they are made is tested next to them. */
final class HealthIT {
    private final FakeUpstream upstream = FakeUpstream.start();
    private final FakeUpstream spare = FakeUpstream.start();
    private GatewayFixture gateway;

    @BeforeEach
    void start() {
        gateway = GatewayFixture.start("""
                version: 1
                backends:
                  often: { baseUrl: "%1$s", auth: none, health: { path: /often, every: 1s } }
                  seldom: { baseUrl: "%1$s", auth: none, health: { path: /seldom, every: 1h } }
                  never: { baseUrl: "%1$s", auth: none }
                  spare: { baseUrl: "%2$s", auth: none }
                models:
                  often: { backend: often }
                  never: { backend: never }
                  spare: { backend: spare }
                routes:
                  often: { stable: often, fallback: [spare] }
                  never: { stable: never, fallback: [spare] }
                  alone: { stable: often }
                """.formatted(upstream.baseUrl(), spare.baseUrl()));
    }

    @AfterEach
    void stop() {
        gateway.awaitIdle();
        gateway.close();
        upstream.close();
        spare.close();
    }

    private long asked(String path) {
        return upstream.requests().stream()
                .filter(request -> request.uri().equals("/v1/" + path))
                .count();
    }

    @Test
    void is_asked_at_its_path_as_often_as_it_says() {
        eventually("a few checks", () -> asked("often") >= 4);

        assertThat(asked("seldom")).isEqualTo(1);
    }

    @Test
    void a_backend_that_is_not_well_is_passed_over_until_it_is() {
        upstream.always(Behaviour.error(503, "x", "Busy."));
        eventually("unhealthy", () -> gateway.metrics().contains("headgate_backend_healthy{backend=\"often\"} 0.0"));
        long before = asked("chat/completions");

        HttpResponse<String> passed = gateway.chat("often");
        assertThat(backend(passed)).isEqualTo("spare");
        assertThat(attempts(passed)).isEqualTo(1);
        assertThat(asked("chat/completions")).isEqualTo(before);
        assertThat(attempts(gateway.chat("never"))).isEqualTo(2);
        assertThat(header(gateway.chat("alone"), "x-headgate-last-resort", "")).isEqualTo("true");
        gateway.awaitIdle();
        assertThat(gateway.metric("headgate_targets_skipped_total", "backend=\"often\"", "reason=\"unhealthy\""))
                .isPositive();

        upstream.always(Behaviour.openAi());
        eventually("healthy again", () -> backend(gateway.chat("often")).equals("often"));
    }
}
