// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Backend;
import dev.headgate.call.BackendView.Credential;
import dev.headgate.call.BackendView.Parked;
import dev.headgate.call.Guards.BreakerRule;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
    private static final Backend TWO = BreakerCalls.backend("b", BreakerRule.DEFAULT, "one", "two");

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final Credentials credentials = new Credentials((key, status) -> heard.add(key + " " + status));

    @Test
    void picks_the_first_key_while_all_are_good() {
        assertThat(credentials.pick(TWO, 0)).isZero();
        assertThat(credentials.readyAt(TWO, 7)).isEqualTo(7);
        assertThat(credentials.areRefused(TWO, 0)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 5, Long.MIN_VALUE})
    void picks_the_next_key_until_the_first_is_back(long start) {
        park(0, 401, start + seconds(300), start);

        assertThat(credentials.pick(TWO, start)).isOne();
        assertThat(credentials.pick(TWO, start + seconds(300) - 1)).isOne();
        assertThat(credentials.readyAt(TWO, start)).isEqualTo(start);
        assertThat(credentials.pick(TWO, start + seconds(300))).isZero();
    }

    @Test
    void picks_the_key_that_comes_back_first_when_all_are_put_aside() {
        park(0, 429, seconds(9), 0);
        park(1, 429, seconds(4), 0);

        assertThat(credentials.pick(TWO, 0)).isOne();
        assertThat(credentials.readyAt(TWO, 0)).isEqualTo(seconds(4));
    }

    @Test
    void all_are_refused_only_if_none_is_limited_or_good() {
        park(0, 401, seconds(300), 0);
        assertThat(credentials.areRefused(TWO, 0)).isFalse();

        park(1, 429, seconds(1), 0);
        assertThat(credentials.areRefused(TWO, 0)).isFalse();

        park(1, 402, seconds(300), seconds(2));
        assertThat(credentials.areRefused(TWO, seconds(2))).isTrue();
        assertThat(credentials.areRefused(TWO, seconds(300))).isFalse();
    }

    @Test
    void a_key_stays_aside_for_the_longer_time_and_is_told_of_once() {
        park(0, 401, seconds(300), 0);
        park(0, 429, seconds(1), 0);
        assertThat(credentials.view(TWO, 0).getFirst().parked()).isEqualTo(new Parked(401, 300));

        park(0, 403, seconds(400), 0);
        assertThat(credentials.view(TWO, 0).getFirst().parked()).isEqualTo(new Parked(403, 400));
        assertThat(heard).containsExactly("0 401");

        park(0, 429, seconds(500), seconds(450));
        assertThat(heard).containsExactly("0 401", "0 429");
    }

    @Test
    void is_told_of_once_when_many_calls_are_refused_at_the_same_time() {
        IntStream.range(0, 200).parallel().forEach(i -> park(1, 401, seconds(300) + i, 0));

        assertThat(heard).containsExactly("1 401");
        assertThat(credentials.readyAt(BreakerCalls.backend("b", BreakerRule.DEFAULT, "two"), 0))
                .isEqualTo(seconds(300) + 199);
    }

    @Test
    void a_new_secret_in_the_same_place_starts_fresh() {
        park(0, 401, seconds(300), 0);

        assertThat(credentials.pick(BreakerCalls.backend("b", BreakerRule.DEFAULT, "new", "two"), 0))
                .isZero();
    }

    @Test
    void a_key_that_moves_to_another_place_stays_aside() {
        park(0, 401, seconds(300), 0);

        Backend turned = BreakerCalls.backend("b", BreakerRule.DEFAULT, "two", "one");
        assertThat(credentials.pick(turned, 0)).isZero();
        assertThat(credentials.view(turned, 0))
                .containsExactly(new Credential(0, null), new Credential(1, new Parked(401, 300)));
    }

    @Test
    void a_backend_without_keys_can_be_limited_too() {
        Backend open = BreakerCalls.backend("b", BreakerRule.DEFAULT);
        credentials.park(open, 0, 429, seconds(2), 0);

        assertThat(credentials.pick(open, 0)).isZero();
        assertThat(credentials.readyAt(open, 0)).isEqualTo(seconds(2));
        assertThat(credentials.view(open, 0)).isEmpty();
    }

    @Test
    void shows_how_long_a_key_is_aside_and_never_the_key() {
        park(1, 429, seconds(2) - 1, 0);

        assertThat(credentials.view(TWO, 0))
                .containsExactly(new Credential(0, null), new Credential(1, new Parked(429, 2)));
        assertThat(credentials.view(TWO, seconds(2))).containsExactly(new Credential(0, null), new Credential(1, null));
    }

    private void park(int key, int status, long untilNanos, long nowNanos) {
        credentials.park(TWO, key, status, untilNanos, nowNanos);
    }

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
