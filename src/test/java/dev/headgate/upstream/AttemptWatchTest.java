// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Timeouts;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AttemptWatchTest {
    private static final long START = 1_000_000_000_000L;

    private final List<GatewayError> told = new ArrayList<>();
    private final Bytes source = new Bytes();

    @Test
    void waits_for_the_head_from_the_time_the_request_was_sent() {
        AttemptWatch watch = watch(true, null);
        tick(watch, 5);
        watch.sent(at(5));
        tick(watch, 7);
        assertThat(told).isEmpty();
        tick(watch, 7.2);
        assertLate("Backend \"up\" sent no head in time (timeouts.firstByte 2s).");
    }

    @Test
    void waits_for_the_first_token_from_the_start_of_the_try() {
        AttemptWatch watch = watch(true, null);
        watch.sent(at(0.1));
        watch.headSeen();
        tick(watch, 10);
        assertThat(told).isEmpty();
        tick(watch, 10.1);
        assertLate("Backend \"up\" sent no token in time (timeouts.firstToken 10s).");
    }

    @Test
    void lets_an_answer_in_one_piece_take_its_time() {
        AttemptWatch watch = watch(false, null);
        watch.sent(at(0.1));
        tick(watch, 1000);
        assertThat(told).isEmpty();
    }

    @Test
    void bounds_the_whole_try_in_every_phase_and_says_so_once() {
        for (boolean stream : new boolean[] {true, false}) {
            told.clear();
            AttemptWatch watch = watch(stream, Duration.ofMillis(1500));
            tick(watch, 1.4);
            watch.answered(null, at(1.4));
            tick(watch, 1.6);
            tick(watch, 1.7);
            assertLate("Backend \"up\" was not done in time (timeouts.total 1500ms).");
        }
    }

    @Test
    void tells_a_stream_that_fell_silent() {
        SseTap tap = committed();
        AttemptWatch watch = watch(true, null);
        watch.answered(tap, at(1));
        tick(watch, 1.1);
        tick(watch, 3);
        source.feed("data: {}\n\n");
        tick(watch, 4);
        tick(watch, 7);
        assertThat(told).isEmpty();
        tick(watch, 7.1);
        assertLate("Backend \"up\" fell silent (timeouts.idle 3s).");
    }

    @Test
    void does_not_count_the_time_in_which_the_client_does_not_read() {
        SseTap tap = committed();
        AttemptWatch watch = watch(true, null);
        watch.answered(tap, at(1));
        tap.pause();
        tick(watch, 1.1);
        tick(watch, 100);
        tap.resume();
        tick(watch, 102.9);
        // A pause between two ticks starts the clock anew too.
        tap.pause();
        tap.resume();
        tick(watch, 105.8);
        tick(watch, 108.7);
        assertThat(told).isEmpty();
        tick(watch, 108.9);
        assertThat(told).hasSize(1);
    }

    private SseTap committed() {
        SseTap tap = new SseTap(source, "up", Endpoint.CHAT, MultiMap.caseInsensitiveMultiMap(), false, null, null);
        tap.handler(bytes -> {});
        tap.open().onSuccess(v -> tap.resume());
        source.feed("data: {\"choices\":[{\"text\":\"x\"}]}\n\n");
        return tap;
    }

    private AttemptWatch watch(boolean stream, @Nullable Duration total) {
        Timeouts timeouts = new Timeouts(
                Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofSeconds(3), total);
        return new AttemptWatch("up", timeouts, stream, START, told::add);
    }

    private void assertLate(String message) {
        assertThat(told).containsExactly(GatewayError.of(ErrorKind.UPSTREAM_TIMEOUT, message));
    }

    private static void tick(AttemptWatch watch, double seconds) {
        watch.tick(at(seconds));
    }

    private static long at(double seconds) {
        return START + (long) (seconds * 1e9);
    }

    /** A source by hand. */
    private static final class Bytes extends HandSource {
        void feed(String text) {
            piece(Buffer.buffer(text));
        }
    }
}
