// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where limits stand, and how an operator changes that, through a whole gateway. */
final class AdminLimitsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = KeyFormat.create(new Random(11));
    private static final String TENANT = """
            limits: [{ requestsPerDay: 2, concurrency: 5, usdPerDay: 0.5 }]
                perUser: { requestsPerMinute: { limit: 60, burst: 1 } }
                perAddress: { requestsPerHour: 500 }
                perRoute: { "demo/*": { requestsPerHour: 600 } }""";
    private static final String DAY = "tenant/acme/requestsPerDay";

    @TempDir
    Path dir;

    private @Nullable GatewayFixture started;

    @AfterEach
    void stop() {
        if (started != null) {
            started.close();
        }
    }

    @Test
    void a_limit_that_is_reset_gives_calls_again() throws IOException {
        start();
        assertThat(List.of(call(), call(), call())).containsExactly(200, 200, 429);
        JsonNode full = limit("", DAY);
        assertThat(full.path("limit").intValue()).isEqualTo(2);
        assertThat(full.path("used").intValue()).isEqualTo(2);
        assertThat(full.path("remaining").intValue()).isZero();
        assertThat(full.path("usedRatio").doubleValue()).isEqualTo(1);
        assertThat(full.path("resetMs").longValue()).isPositive();
        assertThat(full.path("window").textValue()).matches("\\d{4}-\\d\\d-\\d\\d");

        JsonNode answer = ok(post("reset", wish(DAY, "")));

        assertThat(answer.path("id").textValue()).isEqualTo(DAY);
        assertThat(answer.path("used").intValue()).isZero();
        assertThat(List.of(call(), call(), call())).containsExactly(200, 200, 429);
    }

    @Test
    void a_credit_gives_as_many_calls_more_and_dollars_are_dollars() {
        start();
        assertThat(List.of(call(), call(), call())).containsExactly(200, 200, 429);

        assertThat(ok(post("credit", wish(DAY, ",\"amount\":3"))).path("used").intValue())
                .isEqualTo(-1);
        assertThat(List.of(call(), call(), call(), call())).containsExactly(200, 200, 200, 429);

        JsonNode budget = ok(post("credit", wish("tenant/acme/usdPerDay", ",\"amount\":0.250000001")));
        assertThat(budget.path("used").textValue()).isEqualTo("-0.250000001");
        assertThat(budget.path("limit").textValue()).isEqualTo("0.5");
    }

    @Test
    void a_users_limit_is_looked_at_and_reset_by_the_users_name() throws IOException {
        start();
        String id = "user/acme/requestsPerMinute";
        assertThat(List.of(call("ann"), call("ann"))).containsExactly(200, 429);
        assertThat(limit("&user=ann", id).path("used").intValue()).isEqualTo(1);
        assertThat(limit("&user=bob", id).path("used").intValue()).isZero();
        assertThat(page("").path("limits"))
                .noneMatch(each -> each.path("id").textValue().equals(id));

        assertThat(ok(post("reset", wish(id, ",\"user\":\"ann\""))).path("used").intValue())
                .isZero();

        assertThat(call("ann")).isEqualTo(200);
        assertThat(audit().getLast().path("user").textValue()).hasSize(8);
        assertThat(Files.readString(trail())).doesNotContain("ann\"");
    }

    @Test
    void an_address_is_found_however_it_is_written() {
        start();
        call();
        assertThat(limit("&address=127.0.0.1", "address/acme/requestsPerHour")
                        .path("used")
                        .intValue())
                .isEqualTo(1);
        assertThat(limit("&address=::ffff:127.0.0.1", "address/acme/requestsPerHour")
                        .path("used")
                        .intValue())
                .isEqualTo(1);
    }

    @Test
    void the_page_shows_every_limit_of_a_tenant_or_those_of_one_route() {
        start();
        assertThat(page("").path("source").textValue()).isEqualTo("exact");
        assertThat(ids(page("&user=ann&address=::1")))
                .containsExactly(
                        DAY,
                        "tenant/acme/concurrency",
                        "tenant/acme/usdPerDay",
                        "key/acme/web/tokensPerDay",
                        "route/acme/demo/*/requestsPerHour",
                        "user/acme/requestsPerMinute",
                        "address/acme/requestsPerHour");
        assertThat(ids(page("&route=chat&key=other")))
                .containsExactly(DAY, "tenant/acme/concurrency", "tenant/acme/usdPerDay");
        assertThat(page("&route=chta", 400)).contains("There is no route called", "chat");
        assertThat(page("&key=wep", 400)).contains("There is no key of acme called", "web");
        assertThat(page("&usr=ann", 400)).contains("did you mean user?");
        assertThat(gateway().admin("/admin/limits").body()).contains("The parameter tenant is missing");
        assertThat(gateway().admin("/admin/limits?tenant=amce").body()).contains("no tenant called", "acme");
    }

    /** What is wrong with a body, and a part of what is answered. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {                                                                                   | The body is no JSON
            []                                                                                  | has to be a JSON object
            {"tenant":"acme","tenant":"acme"}                                                   | Duplicate
            {"tenant":"acme"} x                                                                 | The body is no JSON
            {"limit":"L","reason":"r"}                                                          | "tenant" is missing
            {"tenant":"acme","reason":"r"}                                                      | "limit" is missing
            {"tenant":"acme","limit":"L","raeson":"r"}                                          | did you mean reason?
            {"tenant":"acme","limit":"L","amount":1}                                            | no member "amount"
            {"tenant":1,"limit":"L","reason":"r"}                                               | "tenant" has to be a string
            {"tenant":"amce","limit":"L","reason":"r"}                                          | did you mean acme
            {"tenant":"acme","limit":"tenant/acme/requestsPerDya","reason":"r"}                 | tenant/acme/requestsPerDay
            {"tenant":"acme","limit":"tenant/acme/requestsPerDay"}                              | "reason" is missing
            {"tenant":"acme","limit":"tenant/acme/requestsPerDay","reason":" "}                 | "reason" is empty
            {"tenant":"acme","limit":"tenant/acme/requestsPerDay","reason":5}                   | "reason" has to be a string
            {"tenant":"acme","limit":"user/acme/requestsPerMinute","reason":"r"}                | say which in "user"
            {"tenant":"acme","limit":"tenant/acme/requestsPerDay","user":"ann","reason":"r"}    | is not counted for each user
            {"tenant":"acme","limit":"address/acme/requestsPerHour","address":"x","reason":"r"} | is no address
            """)
    void a_reset_that_is_wrong_changes_nothing_and_says_what_to_mend(String body, String message) {
        startFull();
        HttpResponse<String> answer = post("reset", body);
        assertRefused(answer, message);
        assertThat(answer.body()).doesNotContain("Source");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tenant/acme/requestsPerDay | ''       | "amount" is missing
            tenant/acme/requestsPerDay | "3"      | "amount" has to be a number
            tenant/acme/requestsPerDay | 0        | has to be more than 0
            tenant/acme/requestsPerDay | -1       | has to be more than 0
            tenant/acme/requestsPerDay | 1.5      | a whole number of requests
            tenant/acme/requestsPerDay | 1e300000 | out of range
            tenant/acme/requestsPerDay | 1e99999999999 | out of range
            tenant/acme/requestsPerDay | 1e17     | more than any limit can be
            tenant/acme/usdPerDay      | 1e-10    | nine digits after the point
            tenant/acme/concurrency    | 1        | no credit for concurrency
            """)
    void a_credit_that_is_wrong_changes_nothing_and_says_what_to_mend(String limit, String amount, String message) {
        startFull();
        assertRefused(post("credit", wish(limit, amount.isEmpty() ? "" : ",\"amount\":" + amount)), message);
    }

    @Test
    void bounds_hold_for_reasons_bodies_and_types() {
        startFull();
        assertRefused(
                post("reset", wish(DAY, "").replace("a test", "x".repeat(501))),
                "may have 500 characters, and has 501");
        assertRefused(post("reset", wish(DAY, "").replace("a test", KEY)), "There is a key in \"reason\"");
        for (String control : List.of("\\n", "\\r", "\\u001b[2J", "\\u0085")) {
            assertRefused(
                    post("reset", wish(DAY, "").replace("a test", "fine" + control + "forged line")),
                    "has to be one line");
        }
        assertThat(post("reset", " ".repeat(70_000)).statusCode()).isEqualTo(413);
        assertThat(gateway()
                        .send(request("reset")
                                .header("content-type", "text/plain")
                                .POST(BodyPublishers.ofString(wish(DAY, "")))
                                .build())
                        .statusCode())
                .isEqualTo(415);
        assertThat(gateway()
                        .send(HttpRequest.newBuilder(request("reset").build().uri())
                                .header("content-type", "application/json")
                                .POST(BodyPublishers.ofString(wish(DAY, "")))
                                .build())
                        .statusCode())
                .isEqualTo(401);
        assertThat(call()).isEqualTo(429);
    }

    @Test
    void every_change_is_written_down_before_and_after_it() throws IOException {
        start();
        call();

        JsonNode answer = ok(post("credit", wish(DAY, ",\"amount\":5")));

        List<JsonNode> lines = audit();
        assertThat(lines).hasSize(2);
        JsonNode intended = lines.getFirst();
        JsonNode done = lines.getLast();
        assertThat(intended.path("outcome").textValue()).isEqualTo("intended");
        assertThat(done.path("outcome").textValue()).isEqualTo("done");
        for (JsonNode line : lines) {
            assertThat(line.path("change")).isEqualTo(answer.path("change"));
            assertThat(line.path("action").textValue()).isEqualTo("limits.credit");
            assertThat(line.path("what").textValue()).isEqualTo(DAY);
            assertThat(line.path("reason").textValue()).isEqualTo("a test");
            assertThat(line.path("from").textValue()).isEqualTo("127.0.0.1");
            assertThat(line.path("amount").intValue()).isEqualTo(5);
            assertThat(line.at("/before/used").intValue()).isEqualTo(1);
        }
        assertThat(intended.has("after")).isFalse();
        assertThat(done.at("/after/used").intValue()).isEqualTo(-4);
        assertThat(Files.readString(trail())).doesNotContain("test-admin-token", KEY, KeyFormat.digest(KEY));
    }

    @Test
    void nothing_is_changed_that_cannot_be_written_down() throws IOException {
        startFull();
        Files.createDirectories(trail());

        HttpResponse<String> refusal = post("reset", wish(DAY, ""));

        assertThat(refusal.statusCode()).isEqualTo(503);
        assertThat(refusal.body()).contains("Nothing was changed: the audit trail cannot be written");
        assertThat(call()).isEqualTo(429);
    }

    @Test
    void nothing_is_changed_while_the_store_is_away() {
        try (RedisServer redis = RedisServer.start()) {
            started = GatewayFixture.start(
                    dir,
                    "auth: keys\nstate: { store: redis, url: env:REDIS_URL, timeout: 2s, dir: data }\n",
                    routes(),
                    Map.of("REDIS_URL", redis.url()));
            assertThat(List.of(call(), call(), call())).containsExactly(200, 200, 429);
            assertThat(ok(post("reset", wish(DAY, ""))).path("used").intValue()).isZero();
            redis.kill();

            HttpResponse<String> refusal = post("reset", wish(DAY, ""));
            assertThat(refusal.statusCode()).isEqualTo(503);
            assertThat(refusal.body()).contains("Nothing was changed: the store");
            GatewayFixture.eventually(
                    "the page says who counts",
                    () -> page("").path("source").textValue().equals("local"));
            assertThat(Files.exists(trail())).isTrue();
            assertThat(audit()).hasSize(2);

            redis.restart();
            GatewayFixture.eventually(
                    "it can be reset again", () -> post("reset", wish(DAY, "")).statusCode() == 200);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private GatewayFixture gateway() {
        return requireNonNull(started);
    }

    private void start() {
        started = GatewayFixture.start(dir, "auth: keys\n", routes(), Map.of());
    }

    /** With a day's requests used up, so that a change would show. */
    private void startFull() {
        start();
        assertThat(List.of(call(), call(), call())).containsExactly(200, 200, 429);
    }

    private static String routes() {
        return """
                version: 1
                backends:
                  demo: { type: demo }
                models:
                  lorem: { backend: demo, id: demo/echo, price: { input: 0, output: 0 } }
                routes:
                  chat: { stable: lorem }
                  "demo/*": { backend: demo }
                tenants:
                  acme:
                    %s
                    keys:
                      web: { sha256: ["%s"], limits: [{ tokensPerDay: 1M }] }
                      other: { sha256: ["%s"] }
                """.formatted(TENANT, KeyFormat.digest(KEY), "cd".repeat(32));
    }

    private int call() {
        return chat("");
    }

    private int call(String user) {
        return chat("\"user\":\"" + user + "\",");
    }

    private int chat(String members) {
        return gateway()
                .send(gateway()
                        .request("/chat/completions")
                        .header("authorization", "Bearer " + KEY)
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString("{\"model\":\"chat\"," + members
                                + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"))
                        .build())
                .statusCode();
    }

    private static String wish(String limit, String more) {
        return "{\"tenant\":\"acme\",\"limit\":\"" + limit + "\",\"reason\":\"a test\"" + more + "}";
    }

    private HttpRequest.Builder request(String action) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway().adminPort() + "/admin/limits/" + action))
                .header("authorization", "Bearer test-admin-token");
    }

    private HttpResponse<String> post(String action, String body) {
        return gateway()
                .send(request(action)
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build());
    }

    private void assertRefused(HttpResponse<String> answer, String message) {
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(read(answer.body()).at("/error/message").textValue()).contains(message);
        assertThat(trail()).doesNotExist();
        assertThat(limit("", DAY).path("used").intValue()).isEqualTo(2);
    }

    private static JsonNode ok(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return read(answer.body());
    }

    private JsonNode page(String more) {
        return ok(gateway().admin("/admin/limits?tenant=acme" + more));
    }

    private String page(String more, int status) {
        HttpResponse<String> answer = gateway().admin("/admin/limits?tenant=acme" + more);
        assertThat(answer.statusCode()).isEqualTo(status);
        return answer.body();
    }

    private JsonNode limit(String more, String id) {
        return StreamSupport.stream(page(more).path("limits").spliterator(), false)
                .filter(each -> each.path("id").textValue().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> ids(JsonNode page) {
        return page.path("limits").findValuesAsText("id");
    }

    private Path trail() {
        return dir.resolve("data").resolve("audit.jsonl");
    }

    private List<JsonNode> audit() throws IOException {
        return Files.readAllLines(trail()).stream().map(AdminLimitsIT::read).toList();
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
