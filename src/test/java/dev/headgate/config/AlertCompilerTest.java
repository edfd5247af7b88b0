// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.alert.AlertRule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertCompilerTest {
    private static final String LONG_ENOUGH = "a text of twenty-four bytes";

    private String webhook = "https://hooks.example.com/t/TOKEN?key=TOKEN";
    private String secret = LONG_ENOUGH;
    private String limits = "limits: [{ usdPerMonth: 800 }]";

    private Reading reading(String alerts) {
        return new Reading()
                .keys()
                .env("HOOK", webhook)
                .env("SIGNING", secret)
                .env("EMPTY", "")
                .file("routes.yaml", """
                        backends: { d: { type: demo } }
                        routes: { chat: { stable: m } }
                        models: { m: { backend: d, price: { input: 1, output: 1 } } }
                        tenants:
                          acme:
                            %s
                            alerts: { %s }
                            keys: { web: { sha256: [%s] } }
                        """.formatted(limits, alerts, "ab".repeat(32)));
    }

    private AlertRule rule(String alerts) {
        return requireNonNull(reading(alerts).snapshot().alerts().get("acme"));
    }

    private List<Problem> problems(String alerts) {
        return reading(alerts).read().problems();
    }

    @Test
    void webhook_secret_and_thresholds_arrive_in_ascending_order() {
        AlertRule rule = rule("webhook: env:HOOK, secret: env:SIGNING, at: [100%, 80%, 1%]");

        assertThat(rule.webhook().reveal()).isEqualTo(webhook);
        assertThat(rule.secret().reveal()).isEqualTo(secret);
        assertThat(rule.percents()).containsExactly(1, 80, 100);
        assertThat(rule.toString()).doesNotContain("TOKEN").doesNotContain(secret);
    }

    @Test
    void without_thresholds_it_is_told_at_80_and_100_percent() {
        assertThat(rule("webhook: env:HOOK, secret: env:SIGNING").percents()).containsExactly(80, 100);
    }

    @ParameterizedTest
    @CsvSource({
        "ftp://hooks.example.com/TOKEN",
        "hooks.example.com/TOKEN",
        "/TOKEN",
        "https://me:TOKEN@hooks.example.com/",
        "https://hooks.example.com/#TOKEN",
        "https://hooks.example.com:99999/TOKEN",
        "https:///TOKEN"
    })
    void a_webhook_that_is_no_url_is_told_without_its_value(String url) {
        webhook = url;

        assertThat(problems("webhook: env:HOOK, secret: env:SIGNING"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.code()).isEqualTo("L006");
                    assertThat(problem.line()).isEqualTo(7);
                    assertThat(problem.message()).contains("env:HOOK");
                    assertThat(problem.toString()).doesNotContain("TOKEN").doesNotContain("99999");
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "webhook: env:HOOK                                               | K003 | \"secret\"",
                "secret: env:SIGNING                                             | K003 | \"webhook\"",
                "webhook: https://hooks.example.com/TOKEN, secret: env:SIGNING   | S001 | never the secret itself",
                "webhook: env:HOOK, secret: TOKEN                                | S001 | never the secret itself",
                "webhook: env:HOOK, secret: env:EMPTY                            | S002 | EMPTY is empty",
                "webhook: env:HOOK, secret: env:SIGNING, at: []                  | K005 | at",
                "webhook: env:HOOK, secret: env:SIGNING, at: [0%]                | K005 | 1 to 100",
                "webhook: env:HOOK, secret: env:SIGNING, at: [101%]              | K005 | 1 to 100",
                "webhook: env:HOOK, secret: env:SIGNING, at: [80]                | K004 | percentage",
                "webhook: env:HOOK, secret: env:SIGNING, at: [80%, 90%, 80%]     | L007 | 80% stands twice",
                "webhook: env:HOOK, secret: env:SIGNING, at: [1%,2%,3%,4%,5%,6%,7%,8%,9%,10%,11%] | K005 | 10",
            })
    void what_is_wrong_is_told(String alerts, String code, String words) {
        assertThat(problems(alerts)).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(code);
            assertThat(problem.message() + problem.hint()).contains(words);
            assertThat(problem.toString()).doesNotContain("TOKEN");
        });
    }

    @Test
    void a_secret_must_be_base64_behind_its_prefix_and_should_be_long() {
        for (Map.Entry<String, String> row : Map.of("whsec_no base64", "L006", "whsec_c2hvcnQ=", "L008", "tiny", "L008")
                .entrySet()) {
            secret = row.getKey();
            assertThat(problems("webhook: env:HOOK, secret: env:SIGNING"))
                    .singleElement()
                    .satisfies(problem -> {
                        assertThat(problem.code()).isEqualTo(row.getValue());
                        assertThat(problem.toString()).doesNotContain(row.getKey());
                    });
        }
    }

    @Test
    void a_secret_that_is_only_its_prefix_is_refused() {
        secret = "whsec_";

        assertThat(problems("webhook: env:HOOK, secret: env:SIGNING"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.code()).isEqualTo("L006"));
    }

    @Test
    void a_tenant_without_limits_by_the_calendar_is_warned_that_nothing_comes() {
        limits = "limits: [{ requestsPerMinute: 5 }]";

        assertThat(problems("webhook: env:HOOK, secret: env:SIGNING"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.code()).isEqualTo("L009");
                    assertThat(problem.severity()).isEqualTo(Problem.Severity.WARNING);
                });
    }
}
