// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.Received;
import dev.headgate.testkit.RedisServer;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thresholds of limits through a whole gateway, with a real receiver of the alerts. */
final class AlertsIT {
    private static final String KEY = KeyFormat.create(new Random(7));
    private static final String SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String SHARED =
            "auth: keys\nstate: { store: redis, url: env:REDIS_URL, timeout: 2s, dir: data }\n";

    @TempDir
    private Path dir;

    private final FakeUpstream upstream = FakeUpstream.start();
    private final FakeUpstream receiver = FakeUpstream.start().always(Behaviour.json(200, "{}"));
    private final List<GatewayFixture> gateways = new ArrayList<>();

    @AfterEach
    void stop() {
        gateways.forEach(GatewayFixture::close);
        receiver.close();
        upstream.close();
    }

    @Test
    void tells_each_threshold_once_signed_so_that_any_library_can_check_it() throws GeneralSecurityException {
        GatewayFixture gateway = start("auth: keys\n", "limits: [{ requestsPerDay: 5 }]", "40%, 80%, 100%");

        calls(gateway, 7);

        receiver.awaitRequestClosed(3);
        assertThat(thresholds()).containsExactlyInAnyOrder(40, 80, 100);
        for (Received one : receiver.requests()) {
            String signed =
                    one.headers().get("webhook-id") + '.' + one.headers().get("webhook-timestamp") + '.' + one.body();
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(SECRET), "HmacSHA256"));
            assertThat(one.headers().get("webhook-signature"))
                    .isEqualTo("v1,"
                            + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8))));
            assertThat(one.json().path("limit").asText()).isEqualTo("tenant/acme/requestsPerDay");
            assertThat(one.json().path("amount").asLong()).isEqualTo(5);
        }
        eventually("all are counted", () -> gateway.metric("headgate_alerts_total", "outcome=\"delivered\"") == 3);
        assertThat(gateway.admin("/admin/config").body().replaceAll("\\s", ""))
                .contains("\"alerts\":{\"percents\":[40,80,100],\"webhook\":\"***\"}")
                .doesNotContain("127.0.0.1:" + receiver.port());
    }

    @Test
    void limits_of_keys_and_routes_count_too_and_observed_ones_are_marked() {
        GatewayFixture gateway =
                start("auth: keys\n", "perRoute: { chat: { requestsPerDay: { limit: 2, mode: observe } } }", "100%");

        calls(gateway, 4);

        receiver.awaitRequestClosed(1);
        Received posted = receiver.requests().getFirst();
        assertThat(posted.json().path("limit").asText()).isEqualTo("route/acme/chat/requestsPerDay");
        assertThat(posted.json().path("mode").asText()).isEqualTo("observe");
    }

    @Test
    void a_restart_repeats_nothing() {
        GatewayFixture first = start("auth: keys\n", "limits: [{ requestsPerDay: 5 }]", "40%, 80%");
        calls(first, 3);
        receiver.awaitRequestClosed(1);
        gateways.remove(first);
        first.close();

        calls(start("auth: keys\n", "limits: [{ requestsPerDay: 5 }]", "40%, 80%"), 1);

        receiver.awaitRequestClosed(2);
        assertThat(thresholds()).containsExactly(40, 80);
    }

    @Test
    void two_gateways_that_share_a_redis_tell_once() {
        try (RedisServer redis = RedisServer.start()) {
            Map<String, String> environment = Map.of("REDIS_URL", redis.url());
            for (String name : List.of("one", "two")) {
                start(
                        dir.resolve(name),
                        SHARED,
                        "limits: [{ requestsPerDay: 10 }]",
                        "20%, 40%, 60%, 80%, 100%",
                        environment);
            }

            for (int i = 0; i < 12; i++) {
                calls(gateways.get(i % 2), 1);
            }

            receiver.awaitRequestClosed(5);
            eventually(
                    "all are delivered",
                    () -> gateways.stream()
                                    .mapToDouble(gateway -> gateway.metric("headgate_alerts_total"))
                                    .sum()
                            == 5);
            assertThat(thresholds()).containsExactlyInAnyOrder(20, 40, 60, 80, 100);
            gateways.forEach(GatewayFixture::close);
            gateways.clear();
        }
    }

    @Test
    void takes_changed_thresholds_without_repeating_those_that_were_told() throws IOException {
        GatewayFixture gateway = start("auth: keys\n", "limits: [{ requestsPerDay: 10 }]", "50%");
        calls(gateway, 6);
        receiver.awaitRequestClosed(1);

        // What is reached already is told as soon as the change is taken, without a call.
        Files.writeString(gateway.routesFile(), routes("limits: [{ requestsPerDay: 10 }]", "20%, 50%, 100%"));

        receiver.awaitRequestClosed(2);
        calls(gateway, 4);
        receiver.awaitRequestClosed(3);
        assertThat(thresholds()).containsExactly(50, 20, 100);
    }

    @Test
    void a_receiver_that_never_answers_holds_up_no_call() {
        receiver.always(Behaviour.silence());
        GatewayFixture gateway = start("auth: keys\n", "limits: [{ requestsPerDay: 100 }]", "1%, 2%, 3%, 4%");

        calls(gateway, 20);

        receiver.awaitRequests(4);
        assertThat(receiver.openRequests()).isEqualTo(4);
        assertThat(gateway.metric("headgate_alerts_total")).isZero();
    }

    @Test
    void a_budgets_used_part_is_shown_for_as_long_as_the_tenant_has_it() throws IOException {
        upstream.always(Behaviour.chat("Hi"));
        GatewayFixture gateway = start("auth: keys\n", "limits: [{ usdPerDay: 0.1, requestsPerDay: 100 }]", "100%");
        String[] day = {"tenant=\"acme\"", "limit=\"tenant/usdPerDay\""};
        assertThat(gateway.metrics()).contains("headgate_budget_used_ratio{");
        assertThat(gateway.metric("headgate_budget_used_ratio", day)).isZero();

        calls(gateway, 2);
        assertThat(gateway.metric("headgate_budget_used_ratio", day)).isBetween(0.0001, 0.1);

        Files.writeString(gateway.routesFile(), routes("limits: [{ requestsPerDay: 100 }]", "100%"));
        eventually("it is gone", () -> !gateway.metrics().contains("headgate_budget_used_ratio{"));
    }

    private GatewayFixture start(String settings, String limits, String thresholds) {
        return start(dir, settings, limits, thresholds, Map.of());
    }

    private GatewayFixture start(
            Path folder, String settings, String limits, String thresholds, Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("HOOK", "http://127.0.0.1:" + receiver.port() + "/hook");
        all.put("HOOK_SECRET", "whsec_" + SECRET);
        GatewayFixture gateway = GatewayFixture.start(folder, settings, routes(limits, thresholds), all);
        gateways.add(gateway);
        return gateway;
    }

    private String routes(String limits, String thresholds) {
        return """
                version: 1
                backends:
                  up: { baseUrl: "%s", auth: none }
                models:
                  m: { backend: up, price: { input: 1, output: 9 } }
                routes:
                  chat: { stable: m }
                tenants:
                """.formatted(upstream.baseUrl())
                + GatewayFixture.tenant(
                        "acme",
                        KEY,
                        limits + "\n    alerts: { webhook: env:HOOK, secret: env:HOOK_SECRET, at: [" + thresholds
                                + "] }");
    }

    private static void calls(GatewayFixture gateway, int count) {
        for (int i = 0; i < count; i++) {
            HttpResponse<String> answer = gateway.send(gateway.request("/chat/completions")
                    .header("authorization", "Bearer " + KEY)
                    .header("content-type", "application/json")
                    .POST(BodyPublishers.ofString("{\"model\":\"chat\",\"max_tokens\":10,\"messages\":[]}"))
                    .build());
            assertThat(answer.statusCode()).isIn(200, 429);
        }
    }

    private List<Integer> thresholds() {
        return receiver.requests().stream()
                .map(posted -> posted.json().path("threshold").asInt())
                .toList();
    }
}
