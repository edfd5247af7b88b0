// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.AllowList;
import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.CallListener;
import dev.headgate.call.Endpoint;
import dev.headgate.call.GuardListener;
import dev.headgate.call.Guards;
import dev.headgate.call.OutputCount;
import dev.headgate.call.Principal;
import dev.headgate.call.Priority;
import dev.headgate.call.Target;
import dev.headgate.call.Usage;
import dev.headgate.http.ApiServer;
import dev.headgate.http.ApiSettings;
import dev.headgate.http.ApiShared;
import dev.headgate.http.Live;
import dev.headgate.http.Times;
import dev.headgate.metering.AnswerTally;
import dev.headgate.metering.Extras;
import dev.headgate.metering.ModelNames;
import dev.headgate.metering.TokenCorrection;
import dev.headgate.pipeline.Pipeline;
import dev.headgate.pipeline.Stage;
import dev.headgate.store.memory.MemoryQuotaStore;
import dev.headgate.store.redis.RedisStores;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.upstream.Exchange;
import dev.headgate.upstream.HttpTransport;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Limits through real sockets: the API port, the stage, one backend. The store's clock stands still. */
final class QuotaIT {
    private static final Instant NOON = Instant.parse("2099-06-10T12:00:00Z");
    private static final LimitRule MINUTE = LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 60);
    private static final LimitRule TOKENS = LimitRule.of(LimitKind.TOKENS_PER_DAY, 10_000);
    private static final LimitRule ONE_AT_ONCE = LimitRule.of(LimitKind.CONCURRENCY, 1);
    private static final String BODY = "\"model\":\"m\",\"max_tokens\":100,\"messages\":[]";

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpClient client = HttpClient.newHttpClient();
    private final FakeUpstream upstream = FakeUpstream.start();
    private QuotaStore store = new MemoryQuotaStore(() -> NOON);
    private int port;

    @AfterEach
    void stop() {
        client.shutdownNow();
        GatewayFixture.await(vertx.close());
        upstream.close();
    }

    @Test
    void every_answer_tells_what_is_left() throws Exception {
        start(MINUTE, TOKENS);

        HttpResponse<String> answer = post("");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(left(answer)).isEqualTo("60 9 1s, 10000 9900 12h0m0s");
        long used = new JsonObject(answer.body()).getJsonObject("usage").getLong("total_tokens");
        assertThat(used).isPositive();
        awaitUsed(TOKENS, used);

        HttpResponse<String> stream = post(",\"stream\":true");
        assertThat(stream.body()).endsWith("data: [DONE]\n\n");
        assertThat(left(stream)).isEqualTo("60 8 2s, 10000 %s 12h0m0s".formatted(9_900 - used));

        GatewayFixture.eventually("the stream is settled", () -> used(TOKENS) < used + 100);
        long before = used(TOKENS);
        upstream.next(Behaviour.error(400, "invalid_request_error", "No."));
        HttpResponse<String> refused = post("");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(left(refused)).startsWith("60 7 3s, 10000 ");
        awaitUsed(TOKENS, before);
    }

    @Test
    void a_refusal_says_which_limit_and_when_to_come_back() throws Exception {
        start(MINUTE.withBurst(1));
        post("");

        HttpResponse<String> answer = post("");

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(error(answer))
                .isEqualTo(new JsonObject()
                        .put(
                                "message",
                                "This call would exceed the limit tenant/acme/requestsPerMinute, requestsPerMinute 60."
                                        + " Try again in 1s.")
                        .put("type", "requests")
                        .putNull("param")
                        .put("code", "rate_limit_exceeded"));
        assertThat(header(answer, "retry-after")).isEqualTo("1");
        assertThat(header(answer, "retry-after-ms")).isEqualTo("1000");
        assertThat(header(answer, "x-headgate-limit")).isEqualTo("tenant/acme/requestsPerMinute");
        assertThat(header(answer, "x-should-retry")).isNull();
        assertThat(left(answer)).startsWith("60 0 1s");
        assertThat(upstream.requests()).hasSize(1);
    }

    @Test
    void a_budget_that_is_spent_tells_clients_not_to_try_again() throws Exception {
        start(LimitRule.of(LimitKind.USD_PER_DAY, 1_500_000_000));
        post("");

        HttpResponse<String> answer = post("");

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(error(answer).getString("type")).isEqualTo("insufficient_quota");
        assertThat(error(answer).getString("code")).isEqualTo("insufficient_quota");
        assertThat(error(answer).getString("message")).contains("usdPerDay 1.5 USD");
        assertThat(header(answer, "x-should-retry")).isEqualTo("false");
        assertThat(header(answer, "x-headgate-limit")).isEqualTo("tenant/acme/usdPerDay");
        assertThat(header(answer, "retry-after")).isEqualTo("43200");
    }

    @Test
    void a_client_that_leaves_a_stream_frees_its_place_and_pays_what_came() throws Exception {
        start(ONE_AT_ONCE, TOKENS);
        upstream.next(Behaviour.stream("Hello there", "unsent").stallAfter(1));
        try (InputStream body = client.send(request(",\"stream\":true"), BodyHandlers.ofInputStream())
                .body()) {
            assertThat(body.read()).isNotNegative();
            HttpResponse<String> second = post("");
            assertThat(second.statusCode()).isEqualTo(429);
            assertThat(error(second).getString("code")).isEqualTo("concurrency_limit_exceeded");
        }

        GatewayFixture.eventually("the place is free", () -> used(ONE_AT_ONCE) == 0);
        assertThat(used(TOKENS)).isEqualTo(3);
        assertThat(post("").statusCode()).isEqualTo(200);
    }

    @Test
    void without_the_shared_store_a_limit_denies_or_this_process_decides() throws Exception {
        store = new GuardedQuotaStore(
                vertx,
                RedisStores.open(vertx, "redis://127.0.0.1:" + closedPort(), Duration.ofMillis(50))
                        .quotas(),
                new MemoryQuotaStore(() -> NOON),
                () -> 2,
                new Deaf());
        start(MINUTE, TOKENS.whenStoreDown(WhenStoreDown.ALLOW));

        HttpResponse<String> answer = post("");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(header(answer, "x-headgate-quota-mode")).isEqualTo("local");
        assertThat(left(answer))
                .as("the whole limit, and what is left of the share")
                .startsWith("60 4 ");

        start(MINUTE, TOKENS.whenStoreDown(WhenStoreDown.DENY));
        HttpResponse<String> denied = post("");
        assertThat(denied.statusCode()).isEqualTo(503);
        assertThat(error(denied).getString("code")).isEqualTo("store_unavailable");
        assertThat(error(denied).getString("message")).contains("tenant/acme/tokensPerDay, tokensPerDay 10000");
        assertThat(header(denied, "retry-after")).isEqualTo("5");
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void awaitUsed(LimitRule rule, long units) {
        GatewayFixture.eventually("settled at " + units, () -> used(rule) == units);
    }

    private long used(LimitRule rule) {
        return GatewayFixture.await(store.look(
                        "acme", List.of(new Limit(Scope.tenant(), rule)), TenantCalendar.at(NOON, ZoneOffset.UTC)))
                .getFirst()
                .used();
    }

    private static JsonObject error(HttpResponse<String> answer) {
        return new JsonObject(answer.body()).getJsonObject("error");
    }

    private static String left(HttpResponse<String> answer) {
        return left(answer, "requests") + ", " + left(answer, "tokens");
    }

    private static String left(HttpResponse<String> answer, String what) {
        return header(answer, "x-ratelimit-limit-" + what) + " " + header(answer, "x-ratelimit-remaining-" + what) + " "
                + header(answer, "x-ratelimit-reset-" + what);
    }

    private static @Nullable String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse(null);
    }

    private HttpResponse<String> post(String more) throws IOException, InterruptedException {
        return client.send(request(more), BodyHandlers.ofString());
    }

    private HttpRequest request(String more) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{" + BODY + more + "}"))
                .build();
    }

    private void start(LimitRule... own) {
        TenantLimits limits = new TenantLimits(
                "acme",
                ZoneOffset.UTC,
                List.of(own),
                Map.of(),
                List.of(),
                List.of(),
                Map.of(),
                Duration.ZERO,
                WhenPriceUnknown.ALLOW);
        Promise<Integer> listening = Promise.promise();
        vertx.runOnContext(begin -> server(limits).listen("127.0.0.1", 0).onComplete(listening));
        port = GatewayFixture.await(listening.future());
    }

    private ApiServer server(TenantLimits limits) {
        Exchange exchange = new Exchange(Map.of(Backend.Dialect.OPENAI, new HttpTransport(vertx)));
        Target target = target();
        Stage.Next chain = Pipeline.link(
                List.of(new QuotaStage(
                        Map.of("acme", limits),
                        store,
                        new OneDollarEach(),
                        new ModelNames(),
                        () -> NOON,
                        new WaitingRoom(store),
                        Loop.of(vertx.getOrCreateContext()))),
                call -> exchange.proceed(call.withTarget(target)));
        Principal principal =
                new Principal("acme", "web", Map.of(), AllowList.ALL, false, false, false, Priority.DEFAULT, 1);
        return new ApiServer(
                vertx,
                new ApiShared(
                        new ApiSettings(1 << 20, 1 << 20, 1 << 24, List.of(), true, address -> false, Times.DEFAULT),
                        CallListener.all(List.of()),
                        GuardListener.NONE),
                new HttpServerOptions(),
                new Live(
                        "1",
                        false,
                        (authorization, key) -> new Live.Checked(principal, null),
                        Map.of(Endpoint.Kind.METERED, chain)));
    }

    private Target target() {
        Backend backend = new Backend(
                "up",
                Backend.Dialect.OPENAI,
                upstream.baseUrl(),
                new Backend.Auth.None(),
                List.of(),
                Map.of(),
                null,
                null,
                null,
                null,
                true,
                Guards.DEFAULT,
                null);
        return new Target("m", backend, "vendor-model", Map.of(), Map.of(), true);
    }

    private static final class Deaf implements StoreListener {
        @Override
        public void failed(StoreException why) {}

        @Override
        public void lost(StoreException why) {}

        @Override
        public Future<Void> back(Predicate<String> reachable, long droppedSettlements) {
            return Future.succeededFuture();
        }
    }

    private static final class OneDollarEach implements Costs {
        private static final long DOLLAR = 1_000_000_000;

        @Override
        public Estimate estimate(Call call, MustPrice mustPrice, Amounts mostGuessed) {
            return new Estimate(
                    Amounts.call(0, DOLLAR), Amounts.call(call.body().maxTokens(), DOLLAR));
        }

        @Override
        public long nanoDollars(Target target, Usage usage, Extras extras) {
            return DOLLAR;
        }

        @Override
        public long guessedNanoDollars(Target target, Usage usage, Extras extras) {
            return DOLLAR;
        }

        @Override
        public OutputCount outputCount() {
            return new AnswerTally(new TokenCorrection());
        }
    }
}
