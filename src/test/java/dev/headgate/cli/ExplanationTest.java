// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.alert.AlertRule;
import dev.headgate.auth.GatewayKey;
import dev.headgate.auth.KeyRing;
import dev.headgate.call.AllowList;
import dev.headgate.call.Backend;
import dev.headgate.call.Guards;
import dev.headgate.call.OnDisconnect;
import dev.headgate.call.Principal;
import dev.headgate.call.Priority;
import dev.headgate.call.Secret;
import dev.headgate.call.Target;
import dev.headgate.call.Timeouts;
import dev.headgate.cli.Explanation.Edit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.TenantLimits;
import dev.headgate.quota.WhenPriceUnknown;
import dev.headgate.routing.Choice;
import dev.headgate.routing.RetryRule;
import dev.headgate.routing.Route;
import dev.headgate.routing.RouteTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExplanationTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Caller ANYBODY = Caller.of(null, false, new KeyRing(Map.of()), NOW);
    private static final Caller WITHOUT_KEY = Caller.of(null, true, new KeyRing(Map.of()), NOW);

    private static final Map<String, Object> PRICE = new java.util.TreeMap<>(Map.of(
            "known",
            true,
            "input",
            "0.15",
            "output",
            "0.6",
            "tiers",
            Map.of("flex", Map.of("input", "0.075")),
            "tools",
            Map.of("web_search", "0.01")));

    private static final Guards GUARDED = new Guards(
            new Timeouts(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(4),
                    Duration.ofMinutes(2)),
            new Guards.BreakerRule(
                    10,
                    Duration.ofSeconds(5),
                    20,
                    6,
                    Duration.ofSeconds(7),
                    Duration.ofSeconds(8),
                    Duration.ofSeconds(9)),
            new Guards.BulkheadRule(0, Duration.ofMillis(250)),
            new Guards.HealthRule("/models", Duration.ofSeconds(10)));
    private static final Target BLUE = new Target(
            "blue",
            backend("vllm", false, GUARDED, null),
            "blue",
            Map.of(),
            Map.of(),
            true,
            GUARDED.timeouts(),
            128_000);
    private static final Target GREEN =
            new Target("green", backend("spare", false, null), "green", Map.of(), Map.of(), true);

    private static final Map<String, TenantLimits> LIMITS = Map.of(
            "acme",
            new TenantLimits(
                    "acme",
                    ZoneOffset.UTC,
                    List.of(LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 600)),
                    Map.of("web", List.of(LimitRule.of(LimitKind.USD_PER_DAY, 250_000_000))),
                    List.of(LimitRule.of(LimitKind.TOKENS_PER_DAY, 50_000).observed()),
                    List.of(LimitRule.of(LimitKind.REQUESTS_PER_SECOND, 20).withBurst(5)),
                    Map.of("chat", List.of(LimitRule.of(LimitKind.CONCURRENCY, 8))),
                    Duration.ofSeconds(5),
                    WhenPriceUnknown.ALLOW));

    private static final Map<String, AlertRule> ALERTS = Map.of(
            "acme",
            new AlertRule(new Secret("https://hooks.example.com/token"), new Secret("signing"), List.of(80, 100)));

    private final RouteTable routes = new RouteTable(List.of(
            new Route(
                    "chat",
                    List.of(
                            new Choice.One(target("gpt", backend("main", true, null))),
                            new Choice.One(target("spare", backend("spare", false, "SPARE_KEY is not set")))),
                    null,
                    List.of(),
                    Route.Policy.of(Duration.ofSeconds(10), Duration.ofMinutes(5))),
            new Route(
                    "gpt-*",
                    List.of(),
                    new Route.PassThrough(backend("main", true, null), Timeouts.DEFAULT),
                    List.of("gpt-4o"),
                    Route.Policy.of(Duration.ofSeconds(10), Duration.ofMillis(1_500))),
            new Route(
                    "sturdy",
                    List.of(
                            new Choice.One(target("gpt", backend("main", true, null))),
                            new Choice.Pool(
                                    "llama",
                                    Choice.Balance.LEAST_IN_FLIGHT,
                                    List.of(new Choice.Member(BLUE, 75), new Choice.Member(GREEN, 25)))),
                    null,
                    List.of(),
                    new Route.Policy(
                            Duration.ofSeconds(10),
                            Duration.ofMinutes(5),
                            new RetryRule(4, Duration.ofMillis(20), Duration.ofSeconds(1)),
                            List.of(new Choice.One(BLUE)),
                            List.of(new Choice.One(GREEN)),
                            "Later, \"please\".",
                            OnDisconnect.DRAIN))));

    @Test
    void without_a_body_edits_carry_their_conditions() {
        assertThat(explain("chat", ANYBODY, null).steps().getFirst().edits())
                .containsExactly(
                        new Edit("model", "\"gpt-id\"", null),
                        new Edit("reasoning_effort", "\"low\"", null),
                        new Edit("temperature", "0.2", "unless the client sends it"),
                        new Edit(
                                "stream_options.include_usage",
                                "true",
                                "if a completion is streamed and does not ask for usage itself"));
    }

    @Test
    void with_a_body_edits_are_exactly_those_that_will_happen() {
        String silent = "{\"messages\":[],\"stream\":true}";
        String outspoken =
                "{\"messages\":[],\"stream\":true,\"temperature\":1,\"stream_options\":{\"include_usage\":true}}";

        assertThat(explain("chat", ANYBODY, silent).steps().getFirst().edits())
                .extracting(Edit::member)
                .containsExactly("model", "reasoning_effort", "temperature", "stream_options.include_usage");
        assertThat(explain("chat", ANYBODY, outspoken).steps().getFirst().edits())
                .extracting(Edit::member)
                .containsExactly("model", "reasoning_effort");
    }

    @Test
    void a_backend_that_does_not_know_the_option_is_not_asked_for_usage() {
        assertThat(explain("chat", ANYBODY, "{\"messages\":[],\"stream\":true}")
                        .steps()
                        .get(1)
                        .edits())
                .extracting(Edit::member)
                .doesNotContain("stream_options.include_usage");
    }

    @Test
    void a_pattern_hands_the_clients_name_on() {
        Explanation explained = explain("gpt-9", ANYBODY, "{}");

        assertThat(explained.steps()).hasSize(1);
        assertThat(explained.steps().getFirst().edits()).isEmpty();
        assertThat(text(explained))
                .contains("route     gpt-* (longest matching pattern)")
                .contains("variant   stable", "timeouts  total 1500ms, early head 10s")
                .contains("model    gpt-9 (as the client sends it)")
                .contains("edits    none");
    }

    @Test
    void text_names_targets_in_order_and_why_one_is_off() {
        assertThat(text(explain("chat", ANYBODY, null)))
                .containsSubsequence(
                        "caller    anonymous: may use it",
                        "route     chat (exact name)",
                        "total 5m",
                        "target 1  gpt",
                        "main (openai), on",
                        "https://main.example/v1",
                        "temperature = 0.2 (unless the client sends it)",
                        "target 2  spare",
                        "off: SPARE_KEY is not set");
    }

    @Test
    void text_says_what_happens_when_a_target_fails() {
        assertThat(text(explain("sturdy", ANYBODY, null)))
                .containsSubsequence(
                        "retry     up to 4 tries, backoff 20ms..1s\n",
                        "leaving   a client that leaves has its answer read on for at most 60s\n",
                        "too long  to blue\n",
                        "filtered  to green\n",
                        "degraded  \"Later, \\\"please\\\".\"\n",
                        "target 1  gpt\n",
                        "within   connect 2s, first byte 1m, first token 1m, idle 1m\n",
                        "target 2  blue, weight 75 in pool llama (leastInFlight)\n",
                        "model    blue, window of 128k tokens\n",
                        "within   connect 1s, first byte 2s, first token 3s, idle 4s, total 2m\n",
                        "breaker  opens for 8s at 10% failed or 20% slower than 5s, of at least 6 calls in 7s; ramp-up 9s\n",
                        "at once  adaptive, others wait up to 250ms\n",
                        "health   GET /models every 10s\n",
                        "target 2  green, weight 25 in pool llama (leastInFlight)\n");
        assertThat(text(explain("chat", ANYBODY, null)))
                .doesNotContain("too long", "filtered", "degraded", "pool", "at once", "health", "window of");
    }

    @Test
    void json_says_what_happens_when_a_target_fails() throws IOException {
        JsonNode json = new ObjectMapper().readTree(ExplanationJson.render(explain("sturdy", ANYBODY, null), null));

        assertThat(json.at("/route/retry").toString())
                .isEqualTo("{\"attempts\":4,\"backoffMinMs\":20,\"backoffMaxMs\":1000}");
        assertThat(json.at("/route/onContextTooLong/0").textValue()).isEqualTo("blue");
        assertThat(json.at("/route/onContentFilter/0").textValue()).isEqualTo("green");
        assertThat(json.at("/route/degraded").textValue()).isEqualTo("Later, \"please\".");
        assertThat(json.at("/targets")).hasSize(3);
        assertThat(json.at("/targets/0/pool").isMissingNode()).isTrue();
        assertThat(json.at("/targets/1/pool").toString())
                .isEqualTo("{\"name\":\"llama\",\"balance\":\"leastInFlight\",\"weight\":75}");
        assertThat(json.at("/targets/1/place").intValue()).isEqualTo(2);
        assertThat(json.at("/targets/1/contextWindow").intValue()).isEqualTo(128_000);
        assertThat(json.at("/targets/1/timeouts").toString())
                .isEqualTo(
                        "{\"connectMs\":1000,\"firstByteMs\":2000,\"firstTokenMs\":3000,\"idleMs\":4000,\"totalMs\":120000}");
        assertThat(json.at("/targets/1/backend/breaker/failurePercent").intValue())
                .isEqualTo(10);
        assertThat(json.at("/targets/1/backend/bulkhead/maxConcurrent").textValue())
                .isEqualTo("adaptive");
        assertThat(json.at("/targets/1/backend/health/path").textValue()).isEqualTo("/models");
        assertThat(json.at("/targets/2/backend/health").isMissingNode()).isTrue();
    }

    @Test
    void an_unknown_model_is_not_served_and_others_are_offered() {
        Explanation explained = explain("nope", ANYBODY, null);

        assertThat(explained.isServed()).isFalse();
        assertThat(text(explained)).contains("404 model_not_found").contains("there are: chat, gpt-4o, sturdy");
    }

    @Test
    void a_key_is_held_to_its_allow_list_and_its_expiry() {
        KeyRing keys = new KeyRing(Map.of(
                "a", key("web", AllowList.of(List.of("chat")), null),
                "b", key("old", AllowList.ALL, NOW)));

        Explanation allowed = explain("chat", Caller.of("acme/web", true, keys, NOW), null);
        Explanation foreign = explain("gpt-4o", Caller.of("acme/web", true, keys, NOW), null);
        Explanation expired = explain("chat", Caller.of("acme/old", true, keys, NOW), null);

        assertThat(allowed.isServed()).isTrue();
        assertThat(foreign.isServed()).isFalse();
        assertThat(text(foreign)).contains("acme/web: refused, not in the tenant's mayUse");
        assertThat(expired.isServed()).isFalse();
        assertThat(text(expired)).contains("acme/old: refused, the key has expired");
    }

    @Test
    void a_key_is_told_every_limit_that_its_call_counts_for() throws IOException {
        KeyRing keys =
                new KeyRing(Map.of("a", key("web", AllowList.ALL, null), "b", key("batch", AllowList.ALL, null)));
        Explanation web = explain("chat", Caller.of("acme/web", true, keys, NOW), null);
        Explanation batch = explain("sturdy", Caller.of("acme/batch", true, keys, NOW), null);

        assertThat(text(web)).contains("""
                limits    tenant/acme/requestsPerMinute 600, burst 100, without its store: local
                          key/acme/web/usdPerDay 0.25, without its store: allowance
                          route/acme/chat/concurrency 8, without its store: local
                          user/acme/tokensPerDay 50k, only observed, without its store: allowance
                          address/acme/requestsPerSecond 20, burst 5, without its store: local
                waiting   up to 5s where a limit has no room
                alerts    80 %, 100 % of limits by day, week and month, to a webhook
                """);
        assertThat(text(web)).doesNotContain("hooks.example.com");
        assertThat(text(batch)).contains("tenant/acme/", "user/acme/").doesNotContain("key/acme/", "route/acme/");
        JsonNode json = new ObjectMapper().readTree(ExplanationJson.render(web, null));
        assertThat(json.at("/limits/0").toString())
                .isEqualTo("{\"id\":\"tenant/acme/requestsPerMinute\",\"kind\":\"requestsPerMinute\",\"limit\":600,"
                        + "\"burst\":100,\"mode\":\"enforce\",\"whenStoreDown\":\"local\"}");
        assertThat(json.at("/limits/1/limit").textValue()).isEqualTo("0.25");
        assertThat(json.at("/limits/3/mode").textValue()).isEqualTo("observe");
        assertThat(json.get("limits")).hasSize(5);
        assertThat(json.get("alerts").toString()).isEqualTo("{\"percents\":[80,100],\"webhook\":\"***\"}");
        assertThat(json.get("waitMs").intValue()).isEqualTo(5_000);
        assertThat(json.get("weight").intValue()).isEqualTo(1);
    }

    @Test
    void without_a_named_key_no_limits_are_told() {
        assertThat(text(explain("chat", ANYBODY, null))).doesNotContain("limits");
        assertThat(ExplanationJson.render(explain("chat", WITHOUT_KEY, null), null))
                .doesNotContain("\"limits\"");
    }

    @Test
    void a_key_that_is_not_there_is_an_error() {
        assertThatThrownBy(() -> Caller.of("acme/nope", true, new KeyRing(Map.of()), NOW))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("no key 'acme/nope'");
        assertThatThrownBy(() -> Caller.of("acme", true, new KeyRing(Map.of()), NOW))
                .isInstanceOf(Failure.class);
    }

    @Test
    void without_a_key_it_says_that_allow_lists_were_not_looked_at() {
        assertThat(text(explain("chat", WITHOUT_KEY, null))).contains("any key (name one with --key-id");
        assertThat(explain("chat", WITHOUT_KEY, null).isServed()).isTrue();
    }

    @Test
    void a_route_whose_backends_are_all_off_is_not_served() {
        RouteTable off = new RouteTable(List.of(new Route(
                "chat",
                List.of(new Choice.One(target("spare", backend("spare", false, "SPARE_KEY is not set")))),
                null,
                List.of(),
                Route.Policy.of(Duration.ofSeconds(10), Duration.ofMinutes(5)))));

        assertThat(Explanation.of("chat", ANYBODY, off, Map.of(), Map.of(), target -> Map.of("known", false), null)
                        .isServed())
                .isFalse();
    }

    @Test
    void json_says_the_same() throws IOException {
        JsonNode json = new ObjectMapper().readTree(ExplanationJson.render(explain("chat", ANYBODY, null), null));

        assertThat(json.at("/served").booleanValue()).isTrue();
        assertThat(json.at("/route/match").asText()).isEqualTo("exact");
        assertThat(json.at("/route/variant").textValue()).isEqualTo("stable");
        assertThat(json.at("/route/totalMs").intValue()).isEqualTo(300_000);
        assertThat(json.at("/targets/0/id").asText()).isEqualTo("gpt-id");
        assertThat(json.at("/targets/0/edits/2/value").doubleValue()).isEqualTo(0.2);
        assertThat(json.at("/targets/1/backend/on").booleanValue()).isFalse();
        assertThat(json.at("/targets/1/backend/offReason").asText()).contains("SPARE_KEY");
        JsonNode unknown =
                new ObjectMapper().readTree(ExplanationJson.render(explain("nope", WITHOUT_KEY, null), null));
        assertThat(unknown.get("route").isNull()).isTrue();
        assertThat(unknown.at("/caller/key").isNull()).isTrue();
    }

    private Explanation explain(String model, Caller caller, @Nullable String body) {
        BodyFacts facts = body == null ? null : BodyFacts.read(body.getBytes(StandardCharsets.UTF_8));
        return Explanation.of(model, caller, routes, LIMITS, ALERTS, target -> PRICE, facts);
    }

    private String text(Explanation explained) {
        StringWriter text = new StringWriter();
        ExplanationText.print(explained, routes.visible(AllowList.ALL), null, new PrintWriter(text));
        return text.toString();
    }

    private static Target target(String name, Backend backend) {
        return new Target(
                name, backend, name + "-id", Map.of("reasoning_effort", "\"low\""), Map.of("temperature", "0.2"), true);
    }

    private static Backend backend(String name, boolean askUsage, @Nullable String offReason) {
        return backend(name, askUsage, Guards.DEFAULT, offReason);
    }

    private static Backend backend(String name, boolean askUsage, Guards guards, @Nullable String offReason) {
        return new Backend(
                name,
                Backend.Dialect.OPENAI,
                URI.create("https://" + name + ".example/v1"),
                new Backend.Auth.Bearer(),
                List.of(),
                Map.of(),
                null,
                null,
                null,
                null,
                askUsage,
                guards,
                offReason);
    }

    private static GatewayKey key(String name, AllowList mayUse, @Nullable Instant expires) {
        return new GatewayKey(
                new Principal("acme", name, Map.of(), mayUse, false, false, false, Priority.DEFAULT, 1), expires);
    }
}
