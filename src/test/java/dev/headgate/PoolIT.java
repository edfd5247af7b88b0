// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.backend;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools of two: who is asked first, and what happens when it fails. */
final class PoolIT {
    private static FakeUpstream blue;
    private static FakeUpstream green;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() {
        blue = FakeUpstream.start();
        green = FakeUpstream.start();
        gateway = GatewayFixture.start("""
                version: 1
                backends:
                  blue: { baseUrl: "%s", auth: none }
                  green: { baseUrl: "%s", auth: none }
                models:
                  blue: { backend: blue }
                  green: { backend: green }
                  quick-blue: { backend: blue }
                  quick-green: { backend: green }
                  quicker-blue: { backend: blue }
                  quicker-green: { backend: green }
                  bad-blue: { backend: blue }
                  mostly-blue: { of: { blue: 75, green: 25 } }
                  mostly-green: { balance: weighted, of: { blue: 25, green: 75 } }
                  dice: { of: { blue: 50, green: 50 } }
                  idlest: { balance: leastInFlight, of: { blue: 50, green: 50 } }
                  fastest: { balance: fastest, of: { quick-blue: 50, quick-green: 50 } }
                  fastest-stream: { balance: fastest, of: { quicker-blue: 50, quicker-green: 50 } }
                  half-bad: { of: { bad-blue: 50, green: 50 } }
                routes:
                  mostly-blue: { stable: mostly-blue }
                  mostly-green: { stable: mostly-green }
                  dice: { stable: dice }
                  idlest: { stable: idlest }
                  fastest: { stable: fastest }
                  fastest-stream: { stable: fastest-stream }
                  half-bad: { stable: half-bad }
                """.formatted(blue.baseUrl(), green.baseUrl()));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        blue.close();
        green.close();
    }

    @BeforeEach
    void heal() {
        blue.always(Behaviour.openAi());
        green.always(Behaviour.openAi());
    }

    @AfterEach
    void nothing_is_left_running() {
        gateway.awaitIdle();
    }

    /** The share of calls that blue answered, in percent. */
    private static double blues(String route, boolean stream, int calls, int atOnce) {
        List<HttpResponse<String>> answers = gateway.chats(route, stream, calls, atOnce);
        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
        return 100.0 * answers.stream().filter(a -> backend(a).equals("blue")).count() / calls;
    }

    /** 400 throws of these dice leave the bounds once in ten thousand runs. */
    @ParameterizedTest
    @CsvSource({"mostly-blue, 66, 84", "mostly-green, 16, 34"})
    void weighted_shares_are_those_of_the_weights(String route, double least, double most) {
        assertThat(blues(route, false, 400, 4)).isBetween(least, most);
    }

    @Test
    void a_member_that_is_three_times_slower_gets_less_than_a_third_of_the_calls_of_least_in_flight() {
        blue.always(Behaviour.openAi().after(Duration.ofMillis(600)));
        green.always(Behaviour.openAi().after(Duration.ofMillis(200)));

        assertThat(blues("idlest", false, 320, 24)).isLessThanOrEqualTo(30);
        assertThat(blues("dice", false, 72, 24)).isGreaterThan(35);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fastest", "fastest-stream"})
    void fastest_prefers_the_fast_one_and_notices_when_that_changes(String route) {
        boolean stream = route.endsWith("stream");
        green.always(Behaviour.openAi().after(Duration.ofMillis(200)));
        blues(route, stream, 10, 1);
        assertThat(blues(route, stream, 100, 4)).isGreaterThan(85);

        green.always(Behaviour.openAi());
        blue.always(Behaviour.openAi().after(Duration.ofMillis(500)));
        blues(route, stream, 10, 1);
        assertThat(blues(route, stream, 100, 4)).isLessThan(15);
    }

    @Test
    void a_member_that_fails_is_left_for_the_other() {
        blue.always(Behaviour.error(500, "x", "Boom."));

        assertThat(blues("half-bad", false, 120, 4)).isZero();

        int before = blue.requests().size();
        assertThat(blues("half-bad", true, 60, 4)).isZero();
        assertThat(blue.requests()).as("asked behind an open breaker").hasSize(before);
    }
}
