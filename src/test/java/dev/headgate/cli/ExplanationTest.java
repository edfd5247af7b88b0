// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.auth.GatewayKey;
import dev.headgate.auth.KeyRing;
import dev.headgate.call.AllowList;
import dev.headgate.call.Backend;
import dev.headgate.call.Principal;
import dev.headgate.call.Target;
import dev.headgate.cli.Explanation.Edit;
import dev.headgate.routing.Route;
import dev.headgate.routing.RouteTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExplanationTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Caller ANYBODY = Caller.of(null, false, new KeyRing(Map.of()), NOW);
    private static final Caller WITHOUT_KEY = Caller.of(null, true, new KeyRing(Map.of()), NOW);

    private final RouteTable routes = new RouteTable(List.of(
            new Route(
                    "chat",
                    List.of(
                            target("gpt", backend("main", true, null)),
                            target("spare", backend("spare", false, "SPARE_KEY is not set"))),
                    null,
                    List.of(),
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(5)),
            new Route(
                    "gpt-*",
                    List.of(),
                    backend("main", true, null),
                    List.of("gpt-4o"),
                    Duration.ofSeconds(10),
                    Duration.ofMillis(1_500))));

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
    void an_unknown_model_is_not_served_and_others_are_offered() {
        Explanation explained = explain("nope", ANYBODY, null);

        assertThat(explained.isServed()).isFalse();
        assertThat(text(explained)).contains("404 model_not_found").contains("there are: chat, gpt-4o");
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
                List.of(target("spare", backend("spare", false, "SPARE_KEY is not set"))),
                null,
                List.of(),
                Duration.ofSeconds(10),
                Duration.ofMinutes(5))));

        assertThat(Explanation.of("chat", ANYBODY, off, null).isServed()).isFalse();
    }

    @Test
    void json_says_the_same() throws IOException {
        JsonNode json = new ObjectMapper().readTree(ExplanationJson.render(explain("chat", ANYBODY, null)));

        assertThat(json.at("/served").booleanValue()).isTrue();
        assertThat(json.at("/route/match").asText()).isEqualTo("exact");
        assertThat(json.at("/route/variant").textValue()).isEqualTo("stable");
        assertThat(json.at("/route/totalMs").intValue()).isEqualTo(300_000);
        assertThat(json.at("/targets/0/id").asText()).isEqualTo("gpt-id");
        assertThat(json.at("/targets/0/edits/2/value").doubleValue()).isEqualTo(0.2);
        assertThat(json.at("/targets/1/backend/on").booleanValue()).isFalse();
        assertThat(json.at("/targets/1/backend/offReason").asText()).contains("SPARE_KEY");
        JsonNode unknown = new ObjectMapper().readTree(ExplanationJson.render(explain("nope", WITHOUT_KEY, null)));
        assertThat(unknown.get("route").isNull()).isTrue();
        assertThat(unknown.at("/caller/key").isNull()).isTrue();
    }

    private Explanation explain(String model, Caller caller, @Nullable String body) {
        BodyFacts facts = body == null ? null : BodyFacts.read(body.getBytes(StandardCharsets.UTF_8));
        return Explanation.of(model, caller, routes, facts);
    }

    private String text(Explanation explained) {
        StringWriter text = new StringWriter();
        ExplanationText.print(explained, routes.visible(AllowList.ALL), new PrintWriter(text));
        return text.toString();
    }

    private static Target target(String name, Backend backend) {
        return new Target(
                name, backend, name + "-id", Map.of("reasoning_effort", "\"low\""), Map.of("temperature", "0.2"), true);
    }

    private static Backend backend(String name, boolean askUsage, @Nullable String offReason) {
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
                Duration.ofSeconds(2),
                offReason);
    }

    private static GatewayKey key(String name, AllowList mayUse, @Nullable Instant expires) {
        return new GatewayKey(new Principal("acme", name, Map.of(), mayUse, false, false, false), expires);
    }
}
