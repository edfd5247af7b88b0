// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.attempts;
import static dev.headgate.testkit.GatewayFixture.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.Received;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One backend that fails: how often it is asked again, when, and when no more. Each backend has a budget of its own. */
final class RetryIT {
    private static final Behaviour FAILS = Behaviour.error(500, "x", "Boom.");
    private static FakeUpstream upstream;
    private static GatewayFixture gateway;
    private int before;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        gateway = GatewayFixture.start("""
                version: 1
                defaults: { retry: { attempts: 2, backoff: 1ms } }
                backends:
                  a: { baseUrl: "%1$s", auth: none, breaker: { minimumCalls: 100000 } }
                  b: { baseUrl: "%1$s", auth: none, breaker: { minimumCalls: 100000 } }
                  c: { baseUrl: "%1$s", auth: none, breaker: { minimumCalls: 100000 } }
                  d: { baseUrl: "%1$s", auth: none, breaker: { minimumCalls: 100000 } }
                  storm: { baseUrl: "%1$s", auth: none, breaker: { minimumCalls: 100000 } }
                models:
                  a: { backend: a }
                  b: { backend: b }
                  c: { backend: c }
                  d: { backend: d }
                  storm: { backend: storm }
                routes:
                  defaults: { stable: a }
                  thrice: { stable: b, retry: { attempts: 3 } }
                  once: { stable: a, retry: { attempts: 1 } }
                  patient: { stable: c, retry: { backoff: 7d }, timeouts: { total: 300ms } }
                  both: { stable: c, fallback: [d], timeouts: { total: 5s } }
                  waits: { stable: d, timeouts: { total: 5s } }
                  storm: { stable: storm, retry: { attempts: 10 } }
                """.formatted(upstream.baseUrl()));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
    }

    @BeforeEach
    void count() {
        upstream.always(Behaviour.openAi());
        before = upstream.requests().size();
    }

    @AfterEach
    void nothing_is_left_running() {
        gateway.awaitIdle();
    }

    private List<Received> requests() {
        List<Received> all = upstream.requests();
        return all.subList(before, all.size());
    }

    @ParameterizedTest
    @CsvSource({"once, 1", "defaults, 2", "thrice, 3"})
    void asks_as_often_as_attempts_says(String route, int tries) {
        upstream.always(FAILS);

        HttpResponse<String> answer = gateway.chat(route);

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(attempts(answer)).isEqualTo(tries);
        assertThat(requests()).hasSize(tries);
    }

    @Test
    void a_second_try_that_succeeds_is_the_answer() {
        for (boolean stream : new boolean[] {false, true}) {
            upstream.next(FAILS);
            HttpResponse<String> answer = gateway.chat("defaults", stream);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(attempts(answer)).isEqualTo(2);
        }
    }

    @Test
    void a_long_backoff_ends_with_the_call() {
        upstream.next(FAILS);

        HttpResponse<String> answer = gateway.chat("patient");

        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(requests()).hasSize(1);
    }

    private static Behaviour limited(Map<String, String> headers) {
        Behaviour refusal = Behaviour.error(429, "requests", "Slower, please.");
        for (Map.Entry<String, String> header : headers.entrySet()) {
            refusal = refusal.header(header.getKey(), header.getValue());
        }
        return refusal;
    }

    @ParameterizedTest
    @CsvSource({
        "retry-after, 1, 1000",
        "retry-after-ms, 300, 300",
        "x-ratelimit-reset-requests, 400ms, 400",
        "x-ratelimit-reset-tokens, 0.5s, 500"
    })
    void comes_back_no_earlier_than_the_backend_said(String header, String value, long millis) {
        upstream.next(limited(Map.of(header, value)));

        HttpResponse<String> answer = gateway.chat("waits");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(requests()).hasSize(2);
        assertThat(Duration.ofNanos(
                        requests().get(1).arrivedNanos() - requests().get(0).arrivedNanos()))
                .isGreaterThanOrEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void a_503_that_says_when_is_waited_for_as_well() {
        upstream.next(Behaviour.error(503, "x", "Busy.").header("retry-after-ms", "250"));

        assertThat(gateway.chat("waits").statusCode()).isEqualTo(200);
        assertThat(requests().get(1).arrivedNanos() - requests().get(0).arrivedNanos())
                .isGreaterThanOrEqualTo(250_000_000);
    }

    @Test
    void does_not_wait_for_what_comes_after_the_deadline() {
        upstream.next(limited(Map.of("retry-after", "30")));

        HttpResponse<String> answer = gateway.chat("waits");

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(requests()).hasSize(1);
        assertThat(Integer.parseInt(header(answer, "retry-after", "0"))).isBetween(29, 30);
    }

    @Test
    void tells_the_smallest_wait_of_all_targets_whoever_answered_last() {
        upstream.next(limited(Map.of("retry-after", "20"))).next(limited(Map.of("retry-after", "40")));

        HttpResponse<String> answer = gateway.chat("both");

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(requests()).hasSize(2);
        assertThat(Integer.parseInt(header(answer, "retry-after", "0"))).isBetween(19, 20);
    }

    @Test
    void a_backend_that_fails_as_a_whole_is_not_asked_much_more_often_for_it() {
        upstream.always(FAILS);
        long began = System.nanoTime();

        gateway.chats("storm", false, 100, 8);

        long seconds = 1 + Duration.ofNanos(System.nanoTime() - began).toSeconds();
        // 10 % of the requests, the retries among them, and three a second.
        assertThat(requests().size()).isBetween(101, (int) (100 * 1.13) + 3 * (int) (seconds + 1));
        assertThat(gateway.metric("headgate_retries_refused_total", "backend=\"storm\""))
                .isPositive();
        assertThat(gateway.metric("headgate_targets_skipped_total", "backend=\"storm\"", "reason=\"retry_budget\""))
                .isPositive();
    }
}
