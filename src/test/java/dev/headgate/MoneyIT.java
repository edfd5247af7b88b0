// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.auth.KeyFormat;
import dev.headgate.telemetry.Logging;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** A budget in dollars sees all that it pays for: tiers, tools and models without a price, through a whole gateway. */
final class MoneyIT {
    private static final String KEY = KeyFormat.create(new Random(11));
    private static final ObjectMapper JSON = new ObjectMapper();

    /** 1,000 tokens in at one dollar for a million, 100 out at nine: 1,900 millionths. */
    private static final String USAGE = "\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100}";

    private static final String RESPONSE_USAGE = "\"usage\":{\"input_tokens\":1000,\"output_tokens\":100}";

    @TempDir
    private Path dir;

    private final FakeUpstream upstream = FakeUpstream.start();
    private final Lines lines = new Lines();
    private final Logger log = (Logger) LoggerFactory.getLogger(Logging.ACCESS);
    private @Nullable GatewayFixture running;

    @BeforeEach
    void listen() {
        lines.start();
        log.addAppender(lines);
    }

    @AfterEach
    void stop() {
        log.detachAppender(lines);
        if (running != null) {
            running.close();
        }
        upstream.close();
    }

    @Test
    void bills_the_tier_that_the_answer_names() {
        start("limits: [{ usdPerDay: 5 }]");
        upstream.always(answer("\"service_tier\":\"flex\","));

        assertThat(chat("\"service_tier\":\"auto\"").statusCode()).isEqualTo(200);

        assertThat(settled()).isEqualTo(950_000);
        assertThat(line()).doesNotContainKey("cost_unknown");
    }

    @Test
    void bills_the_normal_price_where_the_answer_says_that_the_tier_was_not_to_be_had() {
        start("limits: [{ usdPerDay: 5 }]");
        upstream.always(answer("\"service_tier\":\"default\","));

        assertThat(chat("\"service_tier\":\"flex\"").statusCode()).isEqualTo(200);

        assertThat(settled()).isEqualTo(1_900_000);
    }

    @Test
    void bills_the_tier_that_a_stream_names() {
        start("limits: [{ usdPerDay: 5 }]");
        upstream.always(Behaviour.rawEvents(
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}],\"service_tier\":\"flex\",\"usage\":null}\n\n",
                "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"service_tier\":\"flex\",\"usage\":null}\n\n",
                "data: {\"choices\":[]," + USAGE + "}\n\n",
                "data: [DONE]\n\n"));

        assertThat(chat("\"stream\":true").statusCode()).isEqualTo(200);

        assertThat(settled()).isEqualTo(950_000);
    }

    @Test
    void shows_that_the_cost_is_unknown_where_the_answer_names_a_tier_without_a_price() {
        start("limits: [{ usdPerDay: 5 }]");
        upstream.always(answer("\"service_tier\":\"scale\","));

        assertThat(chat("\"service_tier\":\"auto\"").statusCode()).isEqualTo(200);

        assertThat(settled()).isZero();
        assertThat(line()).containsEntry("cost_unknown", true);
    }

    @Test
    void refuses_a_tier_without_a_price_under_a_budget_and_says_which_have_one() {
        start("limits: [{ usdPerDay: 5 }]");

        HttpResponse<String> refusal = chat("\"service_tier\":\"priority\"");

        assertRefused(refusal, "service_tier", "priority");
        assertThat(refusal.body()).contains("With a price: default, flex.");
    }

    @Test
    void refuses_a_tier_that_the_configuration_itself_sets() {
        start("limits: [{ usdPerDay: 5 }]");

        assertRefused(post("/chat/completions", "{\"model\":\"hasty\",\"messages\":[]}"), "service_tier", "priority");
    }

    @Test
    void refuses_a_member_that_stands_there_twice() {
        start("limits: [{ usdPerDay: 5 }]");

        HttpResponse<String> refusal = chat("\"service_tier\":\"flex\",\"service_tier\":\"priority\"");

        assertThat(refusal.statusCode()).isEqualTo(400);
        assertThat(refusal.body()).contains("twice").contains("service_tier");
        assertThat(upstream.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limits: [{ requestsPerDay: 5, tokensPerDay: 1M }]",
                "limits: [{ usdPerDay: { limit: 5, mode: observe } }]"
            })
    void lets_pass_what_has_no_price_where_no_budget_could_refuse(String limits) {
        start(limits);
        upstream.always(answer("\"service_tier\":\"priority\","));

        assertThat(chat("\"service_tier\":\"priority\",\"tools\":[{\"type\":\"web_search\"}]")
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"tools\":[{\"type\":\"function\",\"name\":\"f\"},{\"type\":\"image_generation\"}]",
                "\"tools\":[{\"type\":\"image_generation\"}],\"stream\":true",
            })
    void refuses_a_tool_without_a_price_and_says_which_have_one(String more) {
        start("limits: [{ usdPerDay: 5 }]");

        HttpResponse<String> refusal = respond(more);

        assertRefused(refusal, "tools", "image_generation");
        assertThat(refusal.body()).contains("With a price: web_search.");
    }

    @Test
    void counts_the_calls_of_a_tool_that_an_answer_lists() {
        start("limits: [{ usdPerDay: 5 }]");
        upstream.always(Behaviour.json(200, response()));

        assertThat(respond("\"tools\":[{\"type\":\"web_search\"}]").statusCode())
                .isEqualTo(200);

        assertThat(settled()).isEqualTo(1_900_000 + 2 * 10_000_000);
    }

    @Test
    void counts_the_calls_of_a_tool_that_a_stream_lists() {
        start("limits: [{ usdPerDay: 5 }]");
        upstream.always(Behaviour.rawEvents(
                "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\",\"output\":[]}}\n\n",
                itemDone(),
                itemDone(),
                "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":" + response()
                        + "}\n\n"));

        assertThat(respond("\"tools\":[{\"type\":\"web_search\"}],\"stream\":true")
                        .statusCode())
                .isEqualTo(200);

        assertThat(settled()).isEqualTo(1_900_000 + 2 * 10_000_000);
    }

    @Test
    void counts_the_calls_of_a_tool_in_a_stream_that_broke_off() {
        start("limits: [{ usdPerDay: 5 }]");
        upstream.always(
                Behaviour.rawEvents(
                        "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\",\"output\":[]}}\n\n",
                        itemDone(),
                        itemDone(),
                        itemDone(),
                        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n"));

        respond("\"tools\":[{\"type\":\"web_search\"}],\"stream\":true");

        assertThat(settled()).isGreaterThanOrEqualTo(30_000_000);
    }

    @Test
    void reserves_as_many_calls_of_a_tool_as_the_request_allows() {
        start("limits: [{ usdPerDay: 0.05 }]");
        upstream.always(Behaviour.json(200, response()));

        HttpResponse<String> refusal = respond("\"tools\":[{\"type\":\"web_search\"}],\"max_tool_calls\":5");

        assertThat(refusal.statusCode()).isEqualTo(400);
        assertThat(refusal.body()).contains("can never pass the limit tenant/acme/usdPerDay");
        assertThat(respond("\"tools\":[{\"type\":\"web_search\"}],\"max_tool_calls\":2")
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void counts_one_search_for_a_chat_that_searches(boolean stream) {
        start("limits: [{ usdPerDay: 5 }]");
        upstream.always(
                stream
                        ? Behaviour.rawEvents(
                                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
                                "data: {\"choices\":[]," + USAGE + "}\n\n",
                                "data: [DONE]\n\n")
                        : answer(""));

        assertThat(chat("\"web_search_options\":{},\"stream\":" + stream).statusCode())
                .isEqualTo(200);

        assertThat(settled()).isEqualTo(1_900_000 + 10_000_000);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void refuses_a_chat_that_searches_where_that_has_no_price(boolean stream) {
        start("limits: [{ usdPerDay: 5 }]");

        assertRefused(
                post(
                        "/chat/completions",
                        "{\"model\":\"cheap\",\"messages\":[],\"web_search_options\":{},\"stream\":" + stream + "}"),
                "web_search_options",
                "web_search");
    }

    @Test
    void does_not_refuse_the_first_call_of_a_small_budget_by_a_guess() {
        // 1,024 tokens out, as are guessed of a route that nobody knows, would cost 0.009216 dollars.
        start("limits: [{ usdPerDay: 0.004 }]");
        upstream.always(answer(""));

        assertThat(chat("\"n\":1").statusCode()).isEqualTo(200);

        assertThat(settled()).isEqualTo(1_900_000);
    }

    @Test
    void refuses_a_call_whose_own_bound_is_more_than_a_budget() {
        start("limits: [{ usdPerDay: 0.004 }]");

        assertThat(chat("\"max_completion_tokens\":1000").statusCode()).isEqualTo(400);
    }

    @Test
    void shows_that_a_models_price_is_unknown_and_counts_nothing() {
        start("limits: [{ usdPerDay: 5 }]");
        upstream.always(answer(""));

        assertThat(post("/chat/completions", "{\"model\":\"secret\",\"messages\":[]}")
                        .statusCode())
                .isEqualTo(200);

        assertThat(settled()).isZero();
        assertThat(line()).containsEntry("cost_unknown", true);
    }

    @Test
    void refuses_a_model_without_a_price_where_the_tenant_says_so() {
        start("limits: [{ usdPerDay: 5 }]\n    whenPriceUnknown: refuse");

        HttpResponse<String> refusal = post("/chat/completions", "{\"model\":\"secret\",\"messages\":[]}");

        assertRefused(refusal, "model", "secret");
        assertThat(chat("\"n\":1").statusCode()).isEqualTo(200);
    }

    @Test
    void passes_over_a_fallback_without_a_price_where_the_tenant_says_so() {
        start("limits: [{ usdPerDay: 5 }]\n    whenPriceUnknown: refuse");
        upstream.always(Behaviour.error(500, "server_error", "broken"));

        assertThat(post("/chat/completions", "{\"model\":\"doubled\",\"messages\":[]}")
                        .statusCode())
                .isEqualTo(502);

        assertThat(upstream.requests())
                .allSatisfy(request -> assertThat(request.body().toString())
                        .contains("vendor-m")
                        .doesNotContain("vendor-unpriced"));
        assertThat(line()).containsEntry("skipped", "up no_price");
    }

    @Test
    void does_not_take_sound_for_free_because_the_answer_has_no_count() {
        start("limits: [{ usdPerDay: 5 }]");
        upstream.always(Behaviour.json(200, "{\"created\":1,\"data\":[{\"url\":\"u\"}]}"));

        assertThat(post("/images/generations", "{\"model\":\"chat\",\"prompt\":\"a cat\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(settled()).isZero();
        assertThat(line()).containsEntry("cost_unknown", true);
    }

    @Test
    void counts_every_picture_at_the_price_of_a_request() {
        start("limits: [{ usdPerDay: 5 }]");
        upstream.always(Behaviour.json(200, "{\"created\":1,\"data\":[{\"url\":\"u\"},{\"url\":\"v\"}]}"));

        assertThat(post("/images/generations", "{\"model\":\"pictures\",\"prompt\":\"a cat\",\"n\":2}")
                        .statusCode())
                .isEqualTo(200);

        assertThat(settled()).isEqualTo(80_000_000);
        assertThat(line()).doesNotContainKey("cost_unknown");
    }

    @Test
    void shows_prices_in_dollars_to_the_operator() throws IOException {
        start("limits: [{ usdPerDay: 5 }]\n    whenPriceUnknown: refuse");

        JsonNode page = JSON.readTree(gateway().admin("/admin/config").body());

        JsonNode prices = page.at("/routes/0/targets/0/price");
        assertThat(prices.at("/known").asBoolean()).isTrue();
        assertThat(prices.at("/input").textValue()).isEqualTo("1");
        assertThat(prices.at("/tiers/flex/output").textValue()).isEqualTo("4.5");
        assertThat(prices.at("/tools/web_search").textValue()).isEqualTo("0.01");
        assertThat(page.at("/limits/0/whenPriceUnknown").textValue()).isEqualTo("refuse");
        assertThat(page.findValues("known")).anyMatch(known -> !known.asBoolean());
    }

    private void start(String tenant) {
        running = GatewayFixture.start(
                dir,
                "auth: keys\n",
                """
                defaults: { retry: { attempts: 2, backoff: 1ms } }
                backends:
                  up: { baseUrl: "%s", auth: none }
                models:
                  m:
                    backend: up
                    id: vendor-m
                    price: { input: 1, output: 9, tiers: { flex: { input: 0.5, output: 4.5 } }, tools: { web_search: 0.01 } }
                  plain: { backend: up, price: { input: 1, output: 9 } }
                  fast: { backend: up, set: { service_tier: priority }, price: { input: 1, output: 9 } }
                  unpriced: { backend: up, id: vendor-unpriced }
                  image: { backend: up, price: { perRequest: 0.04 } }
                routes:
                  chat: { stable: m }
                  cheap: { stable: plain }
                  hasty: { stable: fast }
                  secret: { stable: unpriced }
                  doubled: { stable: m, fallback: [unpriced] }
                  pictures: { stable: image }
                tenants:
                """.formatted(upstream.baseUrl()) + GatewayFixture.tenant("acme", KEY, tenant),
                Map.of());
    }

    private GatewayFixture gateway() {
        return Objects.requireNonNull(running);
    }

    private static Behaviour answer(String more) {
        return Behaviour.json(
                200,
                "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],"
                        + more + USAGE + "}");
    }

    private static String response() {
        return "{\"id\":\"resp_1\",\"status\":\"completed\",\"service_tier\":\"default\",\"output\":[{\"type\":\"web_search_call\",\"id\":\"ws_1\"},"
                + "{\"type\":\"function_call\"},{\"type\":\"web_search_call\",\"id\":\"ws_2\"},{\"type\":\"message\",\"content\":[]}],"
                + RESPONSE_USAGE + "}";
    }

    private static String itemDone() {
        return "event: response.output_item.done\ndata: {\"type\":\"response.output_item.done\",\"item\":{\"type\":\"web_search_call\"}}\n\n";
    }

    private HttpResponse<String> chat(String more) {
        return post("/chat/completions", "{\"model\":\"chat\",\"max_tokens\":10,\"messages\":[]," + more + "}");
    }

    private HttpResponse<String> respond(String more) {
        return post(
                "/responses",
                "{\"model\":\"chat\",\"max_output_tokens\":10,\"input\":\"hi\",\"store\":false," + more + "}");
    }

    private HttpResponse<String> post(String path, String body) {
        return gateway()
                .send(gateway()
                        .request(path)
                        .header("authorization", "Bearer " + KEY)
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build());
    }

    private void assertRefused(HttpResponse<String> refusal, String param, String named) {
        assertThat(refusal.statusCode()).isEqualTo(400);
        assertThat(refusal.body())
                .contains("\"code\":\"price_unknown\"")
                .contains("\"param\":\"" + param + "\"")
                .contains("\\\"" + named + "\\\"");
        assertThat(upstream.requests()).as("nothing was sent").isEmpty();
    }

    private Map<String, Object> line() {
        GatewayFixture.eventually("an access line", () -> !lines.all.isEmpty());
        return lines.all.getFirst();
    }

    /** Nano-dollars of the only call that was settled, as the journal on the disk has them. */
    private long settled() {
        GatewayFixture.eventually("a settled call", () -> !settlements().isEmpty());
        assertThat(settlements()).hasSize(1);
        return settlements().getFirst();
    }

    private List<Long> settlements() {
        try (Stream<Path> files = Files.walk(dir.resolve("data/usage"))) {
            return files.filter(Files::isRegularFile)
                    .flatMap(MoneyIT::linesOf)
                    .filter(text -> text.startsWith("[\"s\"") && text.endsWith("]"))
                    .map(MoneyIT::nanoDollars)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> linesOf(Path file) {
        try {
            return Files.readString(file).lines();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of all parts behind the id and the time: each is a model and a sum. */
    private static long nanoDollars(String settlement) {
        try {
            return StreamSupport.stream(JSON.readTree(settlement).spliterator(), false)
                    .skip(3)
                    .mapToLong(part -> part.get(1).get(5).asLong())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final List<Map<String, Object>> all = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            all.add(event.getKeyValuePairs().stream().collect(Collectors.toMap(pair -> pair.key, pair -> pair.value)));
        }
    }
}
