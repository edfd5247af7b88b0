// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Allowance;
import dev.headgate.call.Call;
import dev.headgate.call.CallFailure;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Ending;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Reply;
import dev.headgate.call.Try;
import dev.headgate.call.UnaryReply;
import dev.headgate.call.Usage;
import dev.headgate.metering.ModelNames;
import dev.headgate.pipeline.Pipeline;
import dev.headgate.pipeline.Stage;
import dev.headgate.store.memory.MemoryQuotaStore;
import dev.headgate.testkit.Sample;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A call on its way through the limits of its tenant, with a store and a clock of the test's own. */
class QuotaStageTest {
    private static final String TENANT = "acme";
    private static final Usage USAGE = new Usage(30, 12, 0, 0);
    /** Tokens, as the heuristic has it: a word, a capital, a word. */
    private static final long HELLO_THERE = 3;

    private static final LimitRule TOKENS = LimitRule.of(LimitKind.TOKENS_PER_DAY, 1_000);
    private static final LimitRule DOLLAR = LimitRule.of(LimitKind.USD_PER_DAY, 1_000_000_000);
    private static final LimitRule TWO_AT_ONCE = LimitRule.of(LimitKind.CONCURRENCY, 2);

    private Instant now = Instant.parse("2099-06-10T12:00:00Z");
    private final MemoryQuotaStore store = new MemoryQuotaStore(() -> now);
    private final WaitingRoom room = new WaitingRoom(store);
    private final List<Call> passed = new ArrayList<>();
    private final Promise<Reply> upstream = Promise.promise();
    private int calls;

    @Test
    void settles_what_the_backend_counted() {
        Stage.Next chain = chain(TOKENS);
        Call call = call(100);
        Future<Reply> answer = chain.proceed(call);
        assertThat(used(TOKENS)).isEqualTo(110);

        answered(call, 200, USAGE);
        assertThat(used(TOKENS)).as("until the last byte is out").isEqualTo(110);
        answer.result().ended(Ending.COMPLETE);

        assertThat(used(TOKENS)).isEqualTo(42);
        assertThat(call.record().usageEstimated).isFalse();
    }

    @Test
    void an_explicit_zero_is_zero() {
        Call call = run(chain(TOKENS), 100);
        answered(call, 200, new Usage(0, 0, 0, 0)).ended(Ending.COMPLETE);

        assertThat(used(TOKENS)).isZero();
        assertThat(call.record().usageEstimated).isFalse();
    }

    @Test
    void an_answer_without_a_count_is_charged_for_its_prompt_and_its_text() {
        Call call = run(chain(TOKENS), 100);
        Reply reply = answered(call, 200, null);
        seen(call, "Hello there");
        reply.ended(Ending.COMPLETE);

        assertThat(used(TOKENS)).isEqualTo(10 + HELLO_THERE);
        assertThat(call.record().usageEstimated).isTrue();
        assertThat(call.record().tokensCharged).isEqualTo(10 + HELLO_THERE);
    }

    @Test
    void what_a_backend_counted_before_it_broke_off_is_not_the_last_word() {
        Call call = run(chain(TOKENS), 100);
        Reply reply = answered(call, 200, new Usage(30, 1, 0, 0));
        seen(call, "Hello there");
        reply.ended(Ending.UPSTREAM_BROKE);

        assertThat(used(TOKENS)).isEqualTo(30 + HELLO_THERE);
        assertThat(call.record().usageEstimated).isTrue();
    }

    @Test
    void what_a_backend_counted_at_its_end_is_the_last_word_also_for_a_client_that_is_gone() {
        Call call = run(chain(TOKENS), 100);
        attempt(call, 200, null);
        seen(call, "Hello there");
        Reply reply = new UnaryReply(
                200, MultiMap.caseInsensitiveMultiMap(), Buffer.buffer(), new Usage(30, 1, 0, 0), "stop");
        upstream.complete(reply);
        reply.ended(Ending.CLIENT_GONE);

        assertThat(used(TOKENS)).isEqualTo(31);
        assertThat(call.record().usageEstimated).isFalse();
    }

    @Test
    void an_answer_that_nobody_looks_into_stays_at_its_estimate_and_says_so() {
        Call call = run(chain(TOKENS), 100);
        answered(call, 200, null).ended(Ending.COMPLETE);

        assertThat(used(TOKENS)).isEqualTo(110);
        assertThat(call.record().usageEstimated).isTrue();
    }

    @Test
    void a_client_that_leaves_in_the_middle_pays_what_came_and_frees_its_place() {
        Call call = run(chain(TOKENS, TWO_AT_ONCE), 100);
        assertThat(used(TWO_AT_ONCE)).isEqualTo(1);
        Reply reply = answered(call, 200, null);
        seen(call, "Hello there");
        reply.ended(Ending.CLIENT_GONE);

        assertThat(used(TOKENS)).isEqualTo(10 + HELLO_THERE);
        assertThat(used(TWO_AT_ONCE)).isZero();
    }

    @Test
    void a_client_that_leaves_before_the_answer_pays_what_was_estimated_and_frees_its_place() {
        Call call = run(chain(TOKENS, TWO_AT_ONCE), 100);
        attempt(call, 0, "cancelled").sentNanos = 1;
        upstream.fail(GatewayError.of(ErrorKind.UPSTREAM_FAILED, "cancelled").asFailure());

        assertThat(used(TOKENS)).isEqualTo(110);
        assertThat(used(TWO_AT_ONCE)).isZero();
        assertThat(call.record().usageEstimated).isTrue();
    }

    @Test
    void a_client_that_leaves_before_its_stream_pays_the_prompt() {
        Call call = run(chain(TOKENS), 100);
        call.record().stream = true;
        attempt(call, 0, "cancelled").sentNanos = 1;
        upstream.fail(GatewayError.of(ErrorKind.UPSTREAM_FAILED, "cancelled").asFailure());

        assertThat(used(TOKENS)).isEqualTo(10);
    }

    @Test
    void a_client_that_leaves_before_its_request_was_sent_pays_nothing() {
        Call call = run(chain(TOKENS), 100);
        attempt(call, 0, "cancelled");
        upstream.fail(GatewayError.of(ErrorKind.UPSTREAM_FAILED, "cancelled").asFailure());

        assertThat(used(TOKENS)).isZero();
    }

    @Test
    void a_template_in_place_of_an_answer_that_came_too_late_does_not_make_that_one_free() {
        Call call = run(chain(TOKENS), 100);
        attempt(call, 0, null).sentNanos = 1;
        call.record().degraded = true;
        Reply template = reply(200, new Usage(0, 0, 0, 0));
        upstream.complete(template);
        template.ended(Ending.COMPLETE);

        assertThat(used(TOKENS)).isEqualTo(110);
    }

    @Test
    void only_limits_on_tokens_and_money_have_answers_counted() {
        assertThat(run(chain(TWO_AT_ONCE), 100).record().outputCounts).isNull();
        assertThat(run(chain(TOKENS), 100).record().outputCounts).isNotNull();
        assertThat(run(chain(DOLLAR), 100).record().outputCounts).isNotNull();
    }

    @Test
    void a_call_that_failed_costs_no_tokens_but_counts_as_a_request() {
        LimitRule requests = LimitRule.of(LimitKind.REQUESTS_PER_DAY, 5);
        Call call = run(chain(TOKENS, requests, TWO_AT_ONCE), 100);
        attempt(call, 503, "upstream_unavailable");
        upstream.fail(GatewayError.of(ErrorKind.UPSTREAM_UNAVAILABLE, "away").asFailure());

        assertThat(used(TOKENS)).isZero();
        assertThat(used(requests)).isEqualTo(1);
        assertThat(used(TWO_AT_ONCE)).isZero();
    }

    @Test
    void a_backends_refusal_costs_no_tokens() {
        Call call = run(chain(TOKENS), 100);
        answered(call, 400, null).ended(Ending.COMPLETE);

        assertThat(used(TOKENS)).isZero();
        assertThat(call.record().usageEstimated).isFalse();
    }

    @Test
    void a_try_that_broke_off_after_it_began_is_billed_for_its_prompt() {
        Call call = run(chain(TOKENS), 100);
        attempt(call, 200, "upstream_failed");
        attempt(call, 500, "upstream_failed");
        answered(call, 200, USAGE).ended(Ending.COMPLETE);

        assertThat(used(TOKENS)).isEqualTo(42 + 10);
        assertThat(call.record().usageEstimated).isTrue();
    }

    @Test
    void a_template_answer_costs_no_tokens() {
        Call call = run(chain(TOKENS), 100);
        attempt(call, 0, "upstream_unavailable");
        call.record().degraded = true;
        Reply template = reply(200, new Usage(0, 0, 0, 0));
        upstream.complete(template);
        template.ended(Ending.COMPLETE);

        assertThat(used(TOKENS)).isZero();
    }

    @Test
    void a_stage_that_throws_costs_nothing_and_frees_its_place() {
        Stage.Next chain = Pipeline.link(List.of(stage(tenant(TWO_AT_ONCE), QuotaCalls.costs(0))), call -> {
            throw new IllegalStateException("a bug");
        });

        assertThat(chain.proceed(call(1)).cause()).isInstanceOf(IllegalStateException.class);
        assertThat(used(TWO_AT_ONCE)).isZero();
    }

    @Test
    void a_limit_that_is_reached_refuses_and_says_which_and_for_how_long() {
        LimitRule rule = LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 60).withBurst(1);
        Stage.Next chain = chain(rule);
        run(chain, 1);
        Call second = call(1);

        GatewayError error = refusal(chain.proceed(second));

        assertThat(error.kind()).isEqualTo(ErrorKind.REQUESTS_LIMITED);
        assertThat(error.message())
                .isEqualTo("This call would exceed the limit tenant/acme/requestsPerMinute, requestsPerMinute 60."
                        + " Try again in 1s.");
        assertThat(error.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(second.record().limit).isEqualTo("tenant/acme/requestsPerMinute");
        assertThat(passed).hasSize(1);

        now = now.plusSeconds(1);
        run(chain, 1);
        assertThat(passed).hasSize(2);
    }

    @Test
    void every_measure_has_its_own_error() {
        assertThat(second(LimitRule.of(LimitKind.TOKENS_PER_DAY, 150))).isEqualTo(ErrorKind.TOKENS_LIMITED);
        assertThat(second(LimitRule.of(LimitKind.CONCURRENCY, 1))).isEqualTo(ErrorKind.CONCURRENCY_LIMITED);
        assertThat(second(LimitRule.of(LimitKind.USD_PER_MONTH, 1_500))).isEqualTo(ErrorKind.BUDGET_EXCEEDED);
    }

    @Test
    void a_budget_comes_back_when_its_window_is_over() {
        Stage.Next chain = chain(QuotaCalls.costs(600_000_000), DOLLAR);
        run(chain, 1);

        GatewayError error = refusal(chain.proceed(call(1)));

        assertThat(error.message())
                .contains("tenant/acme/usdPerDay, usdPerDay 1 USD")
                .contains("in 12h0m0s");
        assertThat(error.retryAfter()).isEqualTo(Duration.ofHours(12));
    }

    @Test
    void a_call_that_can_never_pass_is_told_so() {
        GatewayError error = refusal(chain(TOKENS).proceed(call(5_000)));

        assertThat(error.kind()).isEqualTo(ErrorKind.INVALID_REQUEST);
        assertThat(error.message()).contains("about 5010").contains("allows 1000 at once");
        assertThat(error.retryAfter()).isNull();
    }

    @Test
    void a_limit_of_nothing_refuses_without_a_time() {
        GatewayError error =
                refusal(chain(LimitRule.of(LimitKind.REQUESTS_PER_DAY, 0)).proceed(call(1)));

        assertThat(error.kind()).isEqualTo(ErrorKind.REQUESTS_LIMITED);
        assertThat(error.retryAfter()).isNull();
    }

    @Test
    void a_limit_that_observes_lets_everything_pass_and_tells() {
        LimitRule observed = LimitRule.of(LimitKind.REQUESTS_PER_DAY, 1).observed();
        Stage.Next chain = chain(observed);

        assertThat(run(chain, 1).record().wouldHaveRefused).isEmpty();
        Call second = run(chain, 1);

        assertThat(second.record().wouldHaveRefused).containsExactly("tenant/acme/requestsPerDay");
        assertThat(second.record().limit).isNull();
        assertThat(second.record().requestsLeft).as("nothing that refuses").isNull();
        assertThat(passed).hasSize(2);
    }

    @Test
    void tells_of_the_limit_with_the_least_left() {
        LimitRule many = LimitRule.of(LimitKind.REQUESTS_PER_DAY, 100);
        LimitRule few = LimitRule.of(LimitKind.REQUESTS_PER_SECOND, 5);
        Call call = run(chain(many, few, TOKENS), 100);

        assertThat(call.record().requestsLeft).isEqualTo(new Allowance(5, 4, Duration.ofMillis(200)));
        assertThat(call.record().tokensLeft).isEqualTo(new Allowance(1_000, 890, Duration.ofHours(12)));
    }

    @Test
    void every_scope_counts_for_itself() {
        LimitRule once = LimitRule.of(LimitKind.REQUESTS_PER_DAY, 1);
        TenantLimits limits = new TenantLimits(
                TENANT,
                ZoneOffset.UTC,
                List.of(),
                Map.of("web", List.of(once)),
                List.of(once),
                List.of(once),
                Map.of("chat", List.of(once)),
                Duration.ZERO,
                WhenPriceUnknown.ALLOW);
        assertThat(scopes(limits, QuotaCalls.call("c", "web", "chat", "ann", 1)))
                .containsExactlyInAnyOrder(
                        "key/web", "route/chat", Scope.user("ann").path(), address());
        assertThat(scopes(limits, QuotaCalls.call("c", "app", "embed", null, 1)))
                .containsExactly(address());
    }

    @Test
    void a_tenant_without_limits_is_not_counted() {
        Stage.Next chain = Pipeline.link(
                List.of(new QuotaStage(
                        Map.of(), store, QuotaCalls.costs(0), new ModelNames(), () -> now, room, new VirtualLoop())),
                this::backend);
        Call call = run(chain, 1);

        assertThat(passed).hasSize(1);
        assertThat(call.record().requestsLeft).isNull();
    }

    @Test
    void a_call_that_runs_keeps_its_place_and_one_that_nobody_watches_loses_it() {
        Stage.Next chain = chain(LimitRule.of(LimitKind.CONCURRENCY, 1));
        Call running = run(chain, 1);
        for (int second = 1; second <= 100; second++) {
            now = now.plusSeconds(1);
            running.timing().tick(TimeUnit.SECONDS.toNanos(second));
        }
        assertThat(refusal(chain.proceed(call(1))).kind()).isEqualTo(ErrorKind.CONCURRENCY_LIMITED);

        now = now.plusSeconds(61);
        run(chain, 1);
        assertThat(passed).hasSize(2);
    }

    @Test
    void a_price_that_is_missing_is_told_where_money_is_limited() {
        Call call = run(chain(QuotaCalls.costs(Costs.UNKNOWN), DOLLAR), 100);
        answered(call, 200, USAGE).ended(Ending.COMPLETE);
        assertThat(call.record().costUnknown).isTrue();
        assertThat(used(DOLLAR)).isZero();

        Call unlimited = call(100);
        chain(QuotaCalls.costs(Costs.UNKNOWN), TOKENS).proceed(unlimited);
        attempt(unlimited, 200, null);
        assertThat(unlimited.record().costUnknown).isFalse();
    }

    private ErrorKind second(LimitRule rule) {
        store.reset(TENANT, new Limit(Scope.tenant(), rule), TenantCalendar.at(now, ZoneOffset.UTC));
        Stage.Next chain = chain(QuotaCalls.costs(1_000), rule);
        run(chain, 90);
        return refusal(chain.proceed(call(90))).kind();
    }

    private static List<String> scopes(TenantLimits limits, Call call) {
        return CallLimits.of(limits, call).stream()
                .map(limit -> limit.scope().path())
                .toList();
    }

    private static String address() {
        return Scope.address("192.0.2.1").path();
    }

    private Stage.Next chain(LimitRule... own) {
        return chain(QuotaCalls.costs(0), own);
    }

    private Stage.Next chain(Costs costs, LimitRule... own) {
        return Pipeline.link(List.of(stage(tenant(own), costs)), this::backend);
    }

    private QuotaStage stage(TenantLimits limits, Costs costs) {
        return new QuotaStage(
                Map.of(TENANT, limits), store, costs, new ModelNames(), () -> now, room, new VirtualLoop());
    }

    private Future<Reply> backend(Call call) {
        passed.add(call);
        return upstream.future();
    }

    private static TenantLimits tenant(LimitRule... own) {
        return new TenantLimits(
                TENANT,
                ZoneOffset.UTC,
                List.of(own),
                Map.of(),
                List.of(),
                List.of(),
                Map.of(),
                Duration.ZERO,
                WhenPriceUnknown.ALLOW);
    }

    private Call run(Stage.Next chain, long maxTokens) {
        Call call = call(maxTokens);
        chain.proceed(call);
        assertThat(passed).contains(call);
        return call;
    }

    private Reply answered(Call call, int status, @Nullable Usage usage) {
        attempt(call, status, null);
        Reply reply = reply(status, usage);
        upstream.complete(reply);
        return reply;
    }

    private static Reply reply(int status, @Nullable Usage usage) {
        return new UnaryReply(status, MultiMap.caseInsensitiveMultiMap(), Buffer.buffer("{}"), usage, null);
    }

    /** As the tap does with the text of an answer. */
    private static void seen(Call call, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        requireNonNull(call.record().countOutput()).add(bytes, 0, bytes.length);
    }

    private static CallRecord.Attempt attempt(Call call, int status, @Nullable String failure) {
        CallRecord.Attempt attempt = call.record().attempt(Try.first(Sample.target("b")), 1);
        attempt.status = status;
        attempt.failure = failure;
        return attempt;
    }

    private static GatewayError refusal(Future<Reply> answer) {
        assertThat(answer.cause()).isInstanceOf(CallFailure.class);
        return ((CallFailure) answer.cause()).error();
    }

    private long used(LimitRule rule) {
        return QuotaStoreFixture.await(store.look(
                        TENANT, List.of(new Limit(Scope.tenant(), rule)), TenantCalendar.at(now, ZoneOffset.UTC)))
                .getFirst()
                .used();
    }

    private Call call(long maxTokens) {
        return QuotaCalls.call("call_" + ++calls, "web", "chat", "ann", maxTokens);
    }
}
