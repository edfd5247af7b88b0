// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.GatewayFixture;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The management port: what is open, what needs the token, and what never shows. */
final class AdminIT {
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() {
        gateway = GatewayFixture.start("auth: none\n", """
                version: 1
                backends:
                  demo: { type: demo }
                  vendor: { baseUrl: "https://vendor.example/v1", apiKeys: [env:VENDOR_KEY], headers: { x-team: ml } }
                models:
                  big: { backend: vendor }
                routes:
                  chat: { stable: big }
                  "demo/*": { backend: demo, list: [demo/echo] }
                """, Map.of("VENDOR_KEY", "canary-secret-value"));
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
    void says_what_there_is_where_nothing_is() {
        assertThat(bare("/nope").statusCode()).isEqualTo(404);
        assertThat(bare("/nope").body()).contains("/health/ready");
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
