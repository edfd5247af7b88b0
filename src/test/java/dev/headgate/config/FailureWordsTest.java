// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.config.Shape.Slot;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every word about failures has a test that sets it one way and another and sees the difference from outside. */
class FailureWordsTest {
    /** The word, {@code *} for any place where it may stand; then the test. */
    private static final Map<String, String> TESTS = rows("""
            *.timeouts.connect              TimeoutsIT#the_narrowest_word_wins_where_it_is_the_shortest
            *.timeouts.firstByte            TimeoutsIT#the_narrowest_word_wins_where_it_is_the_shortest
            *.timeouts.firstToken           TimeoutsIT#the_narrowest_word_wins_where_it_is_the_shortest
            *.timeouts.idle                 TimeoutsIT#the_narrowest_word_wins_where_it_is_the_shortest
            *.timeouts.total                TimeoutsIT#the_narrowest_word_wins_where_it_is_the_longest
            *.retry.attempts                RetryIT#asks_as_often_as_attempts_says
            *.retry.backoff                 RetryIT#a_long_backoff_ends_with_the_call
            backends.*.apiKeys              CredentialsIT#moves_to_the_next_key_and_begins_with_it_from_then_on
            backends.*.breaker.failureRatio BreakerIT#opens_at_its_failure_ratio
            backends.*.breaker.slowerThan   BreakerIT#opens_when_answers_take_longer_than_it_allows
            backends.*.breaker.slowRatio    BreakerIT#opens_at_its_ratio_of_slow_calls
            backends.*.breaker.minimumCalls BreakerIT#judges_after_its_minimum_of_calls
            backends.*.breaker.window       BreakerIT#forgets_what_is_older_than_its_window
            backends.*.breaker.openFor      BreakerIT#stays_open_as_long_as_it_says_and_without_a_ramp_takes_all_calls_again
            backends.*.breaker.rampUp       BreakerIT#takes_a_tenth_of_the_calls_while_it_ramps_up_and_is_judged_sooner
            backends.*.maxConcurrent        BulkheadIT#a_call_too_many_is_refused_at_once_where_nobody_may_wait
            backends.*.maxWait              BulkheadIT#a_call_that_waits_gets_the_next_slot
            backends.*.health.path          HealthIT#is_asked_at_its_path_as_often_as_it_says
            backends.*.health.every         HealthIT#is_asked_at_its_path_as_often_as_it_says
            models.*.contextWindow          ContextIT#a_prompt_that_is_known_to_be_too_long_goes_to_the_larger_window_before_any_call
            models.*.balance                PoolIT#a_member_that_is_three_times_slower_gets_less_than_a_third_of_the_calls_of_least_in_flight
            models.*.of                     PoolIT#weighted_shares_are_those_of_the_weights
            routes.*.fallback               FailoverIT#without_a_second_try_or_a_second_target_the_client_sees_the_failure
            routes.*.onContextTooLong       ContextIT#what_a_backend_refuses_goes_where_the_route_says
            routes.*.onContentFilter        ContextIT#what_a_backend_refuses_goes_where_the_route_says
            routes.*.degraded.answer        DegradedIT#without_it_the_client_gets_the_error
            tenants.*.whenLimited.wait      WaitingIT#a_wait_that_is_over_ends_with_the_refusal
            tenants.*.weight                FairnessIT#twice_the_weight_gets_two_thirds_of_the_slots
            tenants.*.keys.*.priority       PriorityIT#low_calls_are_refused_and_critical_ones_served_while_the_process_is_late
            """);

    /** Words that have nothing to do with failures, or groups of such. */
    private static final Set<String> OTHERS = Set.of(
            "version",
            "defaults.earlyHead",
            "defaults.onDisconnect",
            "models.*.price.input",
            "models.*.price.output",
            "models.*.price.cachedInput",
            "models.*.price.cacheWrite",
            "models.*.price.reasoning",
            "models.*.price.audioInput",
            "models.*.price.audioOutput",
            "models.*.price.image",
            "models.*.price.perRequest",
            "models.*.price.tools",
            "models.*.price.tiers.*.input",
            "models.*.price.tiers.*.output",
            "models.*.price.tiers.*.cachedInput",
            "models.*.price.tiers.*.cacheWrite",
            "models.*.price.tiers.*.reasoning",
            "models.*.price.tiers.*.audioInput",
            "models.*.price.tiers.*.audioOutput",
            "models.*.price.tiers.*.image",
            "models.*.price.tiers.*.perRequest",
            "backends.*.type",
            "backends.*.baseUrl",
            "backends.*.auth",
            "backends.*.headers",
            "backends.*.tls.ca",
            "backends.*.proxy",
            "backends.*.apiVersion",
            "backends.*.usageInStream",
            "backends.*.optional",
            "backends.*.demo.words",
            "backends.*.demo.tokensPerSecond",
            "backends.*.demo.errorRate",
            "backends.*.demo.delay",
            "models.*.backend",
            "models.*.id",
            "models.*.set",
            "models.*.default",
            "routes.*.stable",
            "routes.*.backend",
            "routes.*.list",
            "routes.*.earlyHead",
            "routes.*.onDisconnect",
            "limits.*.requestsPerSecond",
            "limits.*.requestsPerMinute",
            "limits.*.requestsPerHour",
            "limits.*.requestsPerDay",
            "limits.*.tokensPerMinute",
            "limits.*.tokensPerDay",
            "limits.*.tokensPerMonth",
            "limits.*.concurrency",
            "limits.*.usdPerDay",
            "limits.*.usdPerWeek",
            "limits.*.usdPerMonth",
            "tenants.*.timeZone",
            "tenants.*.limits",
            "tenants.*.perUser",
            "tenants.*.perAddress",
            "tenants.*.perRoute",
            "tenants.*.whenPriceUnknown",
            "tenants.*.keys.*.limits",
            "tenants.*.alerts.webhook",
            "tenants.*.alerts.secret",
            "tenants.*.alerts.at",
            "tenants.*.mayUse",
            "tenants.*.objects",
            "tenants.*.spend",
            "tenants.*.keys.*.sha256",
            "tenants.*.keys.*.expires",
            "tenants.*.keys.*.labels");

    private static Map<String, String> rows(String table) {
        return table.lines()
                .map(line -> line.split(" +", 2))
                .collect(Collectors.toMap(row -> row[0], row -> row[1], (a, b) -> a, TreeMap::new));
    }

    private static Stream<String> words() {
        return words("", Shape.of(RoutesFile.class));
    }

    private static Stream<String> words(String prefix, Shape shape) {
        return shape.slots().stream().flatMap(slot -> words(prefix, slot));
    }

    private static Stream<String> words(String prefix, Slot slot) {
        return words(prefix + slot.key(), slot.kind());
    }

    private static Stream<String> words(String path, Kind kind) {
        return switch (kind) {
            case Kind.Group group -> words(path + ".", group.shape());
            case Kind.Located located -> words(path, located.kind());
            case Kind.Named named when named.value() instanceof Kind.Group group -> words(path + ".*.", group.shape());
            default -> Stream.of(path);
        };
    }

    private static List<String> rowsOf(String word) {
        return TESTS.keySet().stream()
                .filter(row -> row.equals(word) || (row.startsWith("*") && word.endsWith(row.substring(1))))
                .toList();
    }

    @Test
    void every_word_has_a_test_or_belongs_to_something_else() {
        assertThat(words()).contains("backends.*.breaker.window", "defaults.timeouts.total");
        assertThat(words().filter(word -> rowsOf(word).isEmpty()))
                .containsExactlyInAnyOrderElementsOf(new TreeSet<>(OTHERS));
        assertThat(words().filter(word -> rowsOf(word).size() > 1)).isEmpty();
    }

    @Test
    void every_row_is_of_a_word() {
        Set<String> used = words().flatMap(word -> rowsOf(word).stream()).collect(Collectors.toSet());

        assertThat(used).containsExactlyInAnyOrderElementsOf(TESTS.keySet());
    }

    static Stream<String> tests() {
        return TESTS.values().stream().distinct();
    }

    @ParameterizedTest
    @MethodSource("tests")
    void every_test_exists(String test) throws ClassNotFoundException {
        String[] parts = test.split("#", 2);
        Class<?> type = Class.forName("dev.headgate." + parts[0]);

        assertThat(Arrays.stream(type.getDeclaredMethods())
                        .filter(FailureWordsTest::isTest)
                        .map(Method::getName))
                .contains(parts[1]);
    }

    private static boolean isTest(Method method) {
        return Stream.of(Test.class, TestFactory.class, ParameterizedTest.class).anyMatch(method::isAnnotationPresent);
    }
}
