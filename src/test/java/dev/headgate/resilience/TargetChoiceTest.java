// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.resilience.TargetChoice.Again;
import dev.headgate.resilience.TargetChoice.At;
import dev.headgate.resilience.TargetChoice.LastResort;
import dev.headgate.resilience.TargetChoice.None;
import dev.headgate.resilience.TargetChoice.Now;
import dev.headgate.resilience.TargetChoice.Option;
import dev.headgate.resilience.TargetChoice.Standing;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TargetChoiceTest {
    private static final long NOW = 1_000;
    private static final long DEADLINE = 2_000;

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void chooses(String name, List<Option> options, TargetChoice expected) {
        assertThat(TargetChoice.among(options, NOW, DEADLINE)).isEqualTo(expected);
    }

    static Stream<Arguments> cases() {
        return Stream.of(
                of("the first that is ready", List.of(ready(0), ready(0)), new Now(0)),
                of("the first of those not tried", List.of(ready(1), ready(0), ready(0)), new Now(1)),
                of("one not tried before one tried, though it is busy", List.of(ready(1), busy(0)), new Now(1)),
                of("one that is ready before one that is busy", List.of(busy(0), ready(0)), new Now(1)),
                of("past one that is broken", List.of(broken(0, 1), ready(0)), new Now(1)),
                of("past one that cools down", List.of(notYet(0, 1_001), ready(0)), new Now(1)),
                of("again the one with the fewest tries", List.of(ready(2), ready(1), busy(1)), new Again(1)),
                of("again the first of equals", List.of(ready(1), ready(1)), new Again(0)),
                of("again, rather than wait for another", List.of(ready(1), notYet(0, 1_001)), new Again(0)),
                of("the soonest of those that said when", List.of(notYet(0, 1_900), notYet(1, 1_500)), new At(1_500)),
                of("at once, if the time has come meanwhile", List.of(notYet(1, 900)), new At(1_000)),
                of("no wait that the deadline would cut", List.of(notYet(1, 2_000)), new None()),
                of("a wait, rather than one that is broken", List.of(broken(0, 0), notYet(0, 1_999)), new At(1_999)),
                of("the least bad of all broken", List.of(broken(0, 0.9), broken(0, 0.5)), new LastResort(1)),
                of(
                        "a broken one, if the wait is too long",
                        List.of(notYet(0, 9_000), broken(0, 0.5)),
                        new LastResort(1)),
                of("no broken one after a try elsewhere", List.of(out(1), broken(0, 0.5)), new None()),
                of("nothing, where nothing can be used", List.of(out(0), out(2)), new None()));
    }

    private static Arguments of(String name, List<Option> options, TargetChoice expected) {
        return Arguments.of(name, options, expected);
    }

    private static Option ready(int tries) {
        return new Option(tries, Standing.READY, 0, 0);
    }

    private static Option busy(int tries) {
        return new Option(tries, Standing.BUSY, 0, 0);
    }

    private static Option notYet(int tries, long at) {
        return new Option(tries, Standing.NOT_YET, at, 0);
    }

    private static Option broken(int tries, double badness) {
        return new Option(tries, Standing.BROKEN, 0, badness);
    }

    private static Option out(int tries) {
        return new Option(tries, Standing.OUT, 0, 0);
    }
}
