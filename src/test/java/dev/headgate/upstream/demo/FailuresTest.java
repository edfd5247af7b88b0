// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(VertxExtension.class)
class FailuresTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20, 33, 50, 99, 100})
    void a_hundred_turns_have_exactly_the_share(int percent) {
        assertThat(IntStream.rangeClosed(1, 100)
                        .filter(turn -> Failures.fails(turn, percent))
                        .count())
                .isEqualTo(percent);
    }

    @Test
    void turns_are_counted_over_all_transports_of_one_vertx_but_apart_for_each_model(Vertx vertx) {
        var one = new Failures(vertx);
        var two = new Failures(vertx);
        assertThat(one.next("demo", "flaky", 50)).isFalse();
        assertThat(one.next("demo", "v2", 50)).isFalse();
        assertThat(two.next("demo", "flaky", 50)).isTrue();
        assertThat(two.next("other", "flaky", 50)).isFalse();
    }
}
