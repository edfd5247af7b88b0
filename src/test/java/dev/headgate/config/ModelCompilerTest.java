// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Target;
import dev.headgate.call.Timeouts;
import dev.headgate.routing.Choice;
import dev.headgate.routing.Route;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models and pools of them, as routes see them. */
class ModelCompilerTest {
    private static final String MODELS = """
            backends: { d: { type: demo } }
            models:
              a: { backend: d }
              b: { backend: d }
            """;

    private static Route route(Snapshot snapshot) {
        return requireNonNull(snapshot.routes().find("r"));
    }

    private static Choice.Pool pool(String words) {
        return (Choice.Pool) route(Reading.snapshotOf(MODELS + "  p: " + words + "\nroutes: { r: { stable: p } }\n"))
                .order()
                .getFirst();
    }

    private static List<String> problems(String model) {
        return Reading.of(MODELS + "  p: " + model + "\n").problems().stream()
                .map(p -> p.code() + " " + p.message())
                .toList();
    }

    @Test
    void a_pool_has_its_balance_and_its_members_with_their_weights() {
        Choice.Pool pool = pool("{ balance: leastInFlight, of: { b: 75, a: 25 } }");
        assertThat(pool.name()).isEqualTo("p");
        assertThat(pool.balance()).isEqualTo(Choice.Balance.LEAST_IN_FLIGHT);
        assertThat(pool.members())
                .extracting(m -> m.target().model() + " " + m.weight())
                .containsExactly("b 75", "a 25");
    }

    @ParameterizedTest
    @CsvSource({"'', WEIGHTED", "balance: weighted, WEIGHTED", "balance: fastest, FASTEST"})
    void a_pool_throws_dice_unless_it_says_otherwise(String balance, Choice.Balance meant) {
        assertThat(pool("{ of: { a: 50, b: 50 }" + (balance.isEmpty() ? "" : ", " + balance) + " }")
                        .balance())
                .isEqualTo(meant);
    }

    @Test
    void a_pool_may_stand_before_its_members_and_in_another_file() {
        Snapshot snapshot = new Reading()
                .file("a.yaml", "models: { p: { of: { a: 10, b: 90 } } }\nroutes: { r: { stable: p } }\n")
                .file("b.yaml", MODELS)
                .snapshot();
        assertThat(route(snapshot).targetsFor("r")).extracting(Target::model).containsExactly("a", "b");
    }

    @Test
    void a_pool_may_stand_wherever_a_route_names_a_model() {
        Route route = route(Reading.snapshotOf(MODELS + """
                  c: { backend: d }
                  p: { of: { a: 50, b: 50 } }
                routes: { r: { stable: c, fallback: [p], onContextTooLong: [p], onContentFilter: [p] } }
                """));
        assertThat(route.order()).extracting(Choice::name).containsExactly("c", "p");
        assertThat(route.policy().onContextTooLong())
                .singleElement()
                .isEqualTo(route.order().get(1));
        assertThat(route.policy().onContentFilter())
                .singleElement()
                .isEqualTo(route.order().get(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ of: { a: 50, x: 50 } }|M006 pool \"p\" points to unknown model \"x\"",
                "{ of: { a: 50, p: 50 } }|M006 \"p\" is a pool itself",
                "{ of: { a: 100 } }|M006 pool \"p\" needs at least two members",
                "{ of: {} }|M006 pool \"p\" needs at least two members",
                "{ of: { a: 75, b: 20 } }|M007 the weights of pool \"p\" sum to 95",
                "{ of: { a: 99, b: 99 } }|M007 the weights of pool \"p\" sum to 198",
                "{ of: { a: 50, a: 50 } }|Y008 \"a\" is defined twice",
                "{ of: { a: 0, b: 100 } }|K005 expected a number from 1 to 100, found \"0\"",
                "{ of: { a: 50%, b: 50% } }|K004 expected a whole number, found \"50%\"",
                "{ of: [a, b] }|K004 expected a mapping of names, found a list",
                "{ of: { a: 50, b: 50 }, balance: random }|K004 expected weighted or leastInFlight or fastest, found \"random\"",
                "{ of: { a: 50, b: 50 }, backend: d }|M005 pool \"p\" cannot have backend",
                "{ of: { a: 50, b: 50 }, id: x }|M005 pool \"p\" cannot have id",
                "{ of: { a: 50, b: 50 }, set: { n: 1 } }|M005 pool \"p\" cannot have set",
                "{ of: { a: 50, b: 50 }, default: { n: 1 } }|M005 pool \"p\" cannot have default",
                "{ of: { a: 50, b: 50 }, contextWindow: 8k }|M005 pool \"p\" cannot have contextWindow",
                "{ of: { a: 50, b: 50 }, timeouts: {} }|M005 pool \"p\" cannot have timeouts",
                "{ balance: fastest }|M005 model \"p\" has balance, but no members",
                "{ backend: d, balance: fastest }|M005 model \"p\" has balance, but no members",
                "{ id: x }|K003 models.p has no \"backend\"",
                "{ backend: d, contextWindow: 0 }|K005 expected a number from 1 to 1000000000, found \"0\"",
                "{ backend: d, contextWindow: 64KB }|K004 expected a count such as 600, 200k or 1.5M, found \"64KB\""
            })
    void refuses_a_model_like(String model, String problem) {
        assertThat(problems(model)).contains(problem);
    }

    @Test
    void a_pool_of_pools_is_refused_with_what_to_do() {
        assertThat(ProblemPrinter.text(
                        Reading.of(MODELS + "  p: { of: { a: 50, b: 50 } }\n  q: { of: { p: 50, a: 50 } }\n")
                                .problems()))
                .isEqualTo("""
                        error[M006]: "p" is a pool itself
                         --> routes.yaml:6:14
                          |
                        6 |   q: { of: { p: 50, a: 50 } }
                          |              ^ a pool holds models only
                          = hint: name its members here instead
                        1 error.""");
    }

    @Test
    void weights_that_do_not_sum_up_are_shown_where_they_stand() {
        assertThat(ProblemPrinter.text(Reading.of(MODELS + "  p:\n    of:\n      a: 75\n      b: 20\n")
                        .problems()))
                .isEqualTo("""
                        error[M007]: the weights of pool "p" sum to 95
                         --> routes.yaml:7:7
                          |
                        7 |       a: 75
                          |       ^
                          = hint: weights are percent and must sum to 100
                        1 error.""");
    }

    @Test
    void a_broken_member_is_told_once_and_not_as_a_broken_pool() {
        assertThat(Reading.of(MODELS
                                + "  c: { backend: x }\n  p: { of: { a: 50, c: 50 } }\nroutes: { r: { stable: p } }\n")
                        .problems())
                .extracting(Problem::code)
                .containsExactly("M001");
    }

    @Test
    void the_narrower_word_of_a_timeout_wins() {
        Snapshot snapshot = Reading.snapshotOf("""
                defaults: { timeouts: { connect: 1s, firstByte: 1s, firstToken: 1s, idle: 1s, total: 1m } }
                backends: { d: { type: demo, timeouts: { firstByte: 2s, firstToken: 2s, idle: 2s, total: 2m } } }
                models:
                  a: { backend: d, contextWindow: 128k, timeouts: { firstToken: 3s, idle: 3s, total: 3m } }
                  b: { backend: d }
                  p: { of: { a: 50, b: 50 } }
                routes:
                  r: { stable: p, onContentFilter: [a], timeouts: { idle: 4s, total: 4m } }
                  "x*": { backend: d, timeouts: { idle: 5s } }
                """);
        Timeouts a = timeouts(1, 2, 3, 4, 3);
        assertThat(route(snapshot).targetsFor("r"))
                .extracting(Target::timeouts)
                .containsExactly(a, timeouts(1, 2, 2, 4, 2));
        assertThat(route(snapshot).policy().onContentFilter().getFirst().targets())
                .extracting(Target::timeouts)
                .containsExactly(a);
        assertThat(route(snapshot).policy().total()).isEqualTo(Duration.ofMinutes(4));
        assertThat(route(snapshot).targetsFor("r").getFirst().contextWindow()).isEqualTo(128_000);
        Route pattern = requireNonNull(snapshot.routes().find("x1"));
        assertThat(pattern.targetsFor("x1").getFirst().timeouts()).isEqualTo(timeouts(1, 2, 2, 5, 2));
        assertThat(pattern.policy().total()).isEqualTo(Duration.ofMinutes(1));
    }

    /** Seconds, and minutes for the whole try. */
    private static Timeouts timeouts(int connect, int firstByte, int firstToken, int idle, int total) {
        return new Timeouts(
                Duration.ofSeconds(connect),
                Duration.ofSeconds(firstByte),
                Duration.ofSeconds(firstToken),
                Duration.ofSeconds(idle),
                Duration.ofMinutes(total));
    }
}
