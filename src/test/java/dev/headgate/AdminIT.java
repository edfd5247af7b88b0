// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.testkit.GatewayFixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The management port: what is open, what needs the token, and what never shows. */
final class AdminIT {
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() {
        gateway = GatewayFixture.start(
                "auth: none\n", """
                version: 1
                backends:
                  demo: { type: demo }
                  vendor: { baseUrl: "https://vendor.example/v1", apiKeys: [env:VENDOR_KEY], headers: { x-team: ml } }
                  spare: { baseUrl: "https://spare.example/v1", apiKeys: [env:SPARE_KEY], optional: true }
                models:
                  big: { backend: vendor }
                  a: { backend: demo, contextWindow: 8k }
                  b: { backend: demo, timeouts: { total: 2s } }
                  both: { balance: fastest, of: { a: 70, b: 30 } }
                routes:
                  chat: { stable: big }
                  sturdy: { stable: both, retry: { attempts: 5 }, degraded: { answer: Later. } }
                  "demo/*": { backend: demo, list: [demo/echo] }
                limits: { standard: { requestsPerMinute: 600, usdPerDay: 0.25 } }
                tenants:
                  acme:
                    timeZone: Europe/Berlin
                    limits: [standard]
                    perRoute: { chat: { concurrency: { limit: 8, mode: observe } } }
                    keys: { web: { sha256: ["%s"] } }
                """.formatted("ab".repeat(32)), Map.of("VENDOR_KEY", "canary-secret-value"));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void health_and_metrics_need_no_token() {
        for (String path : new String[] {"/health/live", "/health/ready", "/metrics"}) {
            assertThat(bare(path).statusCode()).as(path).isEqualTo(200);
        }
    }

    @Test
    void everything_below_admin_needs_the_token_and_no_cookie_helps() {
        assertThat(bare("/admin/config").statusCode()).isEqualTo(401);
        assertThat(gateway.send(request("/admin/config")
                                .header("cookie", "token=test-admin-token")
                                .build())
                        .statusCode())
                .isEqualTo(401);
        assertThat(gateway.send(request("/admin/config")
                                .header("authorization", "Bearer wrong")
                                .build())
                        .statusCode())
                .isEqualTo(401);
        assertThat(gateway.admin("/admin/config").statusCode()).isEqualTo(200);
    }

    @Test
    void admin_takes_json_only() {
        HttpResponse<String> answer = gateway.send(request("/admin/config")
                .header("authorization", "Bearer test-admin-token")
                .header("content-type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build());
        assertThat(answer.statusCode()).isEqualTo(415);
    }

    @Test
    void shows_the_configuration_without_its_secrets() {
        String page = gateway.admin("/admin/config").body();

        assertThat(page)
                .contains("\"vendor\"", "https://vendor.example/v1", "\"***\"", "x-team", "\"chat\"", "demo/*")
                .doesNotContain("canary-secret-value", "test-admin-token");
    }

    @Test
    void shows_the_warnings_of_the_files_with_which_it_began() throws Exception {
        JsonNode problems = new ObjectMapper()
                .readTree(gateway.admin("/admin/config").body())
                .get("problems");

        assertThat(problems).hasSize(1);
        assertThat(problems.at("/0/code").textValue()).isEqualTo("T006");
    }

    @Test
    void shows_what_holds_when_a_target_fails() throws Exception {
        JsonNode page =
                new ObjectMapper().readTree(gateway.admin("/admin/config").body());
        JsonNode route = find(page.get("routes"), "sturdy");

        assertThat(route.at("/retry/attempts").intValue()).isEqualTo(5);
        assertThat(route.at("/degraded").textValue()).isEqualTo("Later.");
        assertThat(route.at("/targets/0/pool").textValue()).isEqualTo("both");
        assertThat(route.at("/targets/0/balance").textValue()).isEqualTo("fastest");
        assertThat(route.at("/targets/0/members/0/contextWindow").intValue()).isEqualTo(8_000);
        assertThat(route.at("/targets/0/members/1/weight").intValue()).isEqualTo(30);
        assertThat(route.at("/targets/0/members/1/timeouts/totalMs").intValue()).isEqualTo(2_000);
        assertThat(find(page.get("routes"), "demo/*").at("/timeouts/idleMs").intValue())
                .isEqualTo(60_000);
        assertThat(find(page.get("backends"), "demo").at("/breaker/openForMs").intValue())
                .isEqualTo(15_000);
    }

    @Test
    void shows_the_limits_of_every_tenant_that_has_some() throws Exception {
        JsonNode limits = new ObjectMapper()
                .readTree(gateway.admin("/admin/config").body())
                .at("/limits/0");

        assertThat(limits.at("/tenant").textValue()).isEqualTo("acme");
        assertThat(limits.at("/timeZone").textValue()).isEqualTo("Europe/Berlin");
        assertThat(limits.at("/limits/0").toString())
                .isEqualTo("{\"kind\":\"requestsPerMinute\",\"limit\":600,\"burst\":100,\"mode\":\"enforce\","
                        + "\"whenStoreDown\":\"local\"}");
        assertThat(limits.at("/limits/1/limit").textValue()).isEqualTo("0.25");
        assertThat(limits.at("/perRoute/chat/0/mode").textValue()).isEqualTo("observe");
        assertThat(limits.has("perUser")).isFalse();
    }

    @Test
    void shows_every_backend_of_the_running_configuration_and_no_secret() throws IOException {
        HttpResponse<String> answer = gateway.admin("/admin/backends");

        assertThat(bare("/admin/backends").statusCode()).isEqualTo(401);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(answer.body()).doesNotContain("canary-secret-value", "test-admin-token");
        JsonNode page = new ObjectMapper().readTree(answer.body());
        assertThat(page.path("revision").asText()).isNotEmpty();
        assertThat(page.path("backends"))
                .extracting(backend -> backend.path("name").asText() + " " + backend.path("on") + " "
                        + backend.path("reason").asText())
                .containsExactlyInAnyOrder(
                        "demo true ", "vendor true ", "spare false environment variable SPARE_KEY is not set");
    }

    private static JsonNode find(JsonNode list, String name) {
        return StreamSupport.stream(list.spliterator(), false)
                .filter(item -> item.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void says_what_there_is_where_nothing_is() {
        assertThat(bare("/nope").statusCode()).isEqualTo(404);
        assertThat(bare("/nope").body()).contains("/health/ready", "/admin/backends");
    }

    @Test
    void counts_a_call_with_labels_from_the_configuration_only() {
        gateway.post(
                "/chat/completions", "{\"model\":\"demo/echo\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        gateway.post("/chat/completions", "{\"model\":\"demo/made-up-by-a-client\",\"messages\":[]}");

        assertThat(gateway.metrics())
                .contains(
                        "llm_requests_total{backend=\"demo\",endpoint=\"/v1/chat/completions\",error=\"none\",model=\"demo/echo\",route=\"demo/*\",status=\"2xx\"}")
                .contains("model=\"other\"")
                .contains("llm_tokens_total", "headgate_overhead_seconds_count", "llm_requests_in_flight 0.0")
                .doesNotContain("made-up-by-a-client");
    }

    private static HttpResponse<String> bare(String path) {
        return gateway.send(request(path).build());
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + path));
    }
}
