// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.AllowList;
import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.CallFailure;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Cancellation;
import dev.headgate.call.Completion;
import dev.headgate.call.Ending;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.GuardListener;
import dev.headgate.call.Guards;
import dev.headgate.call.OnDisconnect;
import dev.headgate.call.Principal;
import dev.headgate.call.Priority;
import dev.headgate.call.Reply;
import dev.headgate.call.Reported;
import dev.headgate.call.RequestBody;
import dev.headgate.call.Secret;
import dev.headgate.call.Target;
import dev.headgate.call.Timing;
import dev.headgate.call.Try;
import dev.headgate.call.UnaryReply;
import dev.headgate.call.UpstreamFault;
import dev.headgate.routing.Choice;
import dev.headgate.routing.RetryRule;
import dev.headgate.routing.Route;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class WalkTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final Target BLUE = target("blue", 0);
    private static final Target GREEN = target("green", 0);
    private static final Target KEYED = target("keyed", 3);

    private final Backends backends = new Backends(VERTX, GuardListener.NONE);
    private final List<String> tries = new ArrayList<>();
    private final List<Long> pauses = new ArrayList<>();
    private final Call call = call(new RequestBody.Empty());
    private Route.Policy policy = policy(new RetryRule(3, Duration.ofMillis(50), Duration.ofMillis(500)), null);

    @AfterAll
    static void stop() {
        VERTX.close();
    }

    @Test
    void asks_the_next_target_at_once_and_the_first_again_only_after_a_pause() {
        Future<Reply> answer = walk(List.of(BLUE, GREEN), attempt -> error(ErrorKind.UPSTREAM_FAILED, null));
        assertThat(tries).containsExactly("blue/0 FIRST", "green/0 FAILOVER", "blue/0 RETRY");
        assertThat(pauses).hasSize(1);
        assertThat(failure(answer).kind()).isEqualTo(ErrorKind.UPSTREAM_FAILED);
        assertThat(failure(answer).message()).contains("3 tries failed: blue");
    }

    @Test
    void makes_as_many_tries_as_the_rule_says() {
        for (int attempts : new int[] {1, 2, 3}) {
            tries.clear();
            policy = policy(new RetryRule(attempts, Duration.ofMillis(50), Duration.ofMillis(500)), null);
            walk(List.of(BLUE), attempt -> error(ErrorKind.UPSTREAM_FAILED, null));
            assertThat(tries).hasSize(attempts);
        }
    }

    @Test
    void waits_no_longer_between_tries_than_the_rule_says() {
        policy = policy(new RetryRule(4, Duration.ofMillis(4), Duration.ofMillis(8)), null);
        walk(List.of(BLUE), attempt -> error(ErrorKind.UPSTREAM_FAILED, null));
        assertThat(pauses).hasSize(3).allMatch(nanos -> nanos >= 0 && nanos < 8_000_000);
        pauses.clear();
        policy = policy(new RetryRule(4, Duration.ZERO, Duration.ZERO), null);
        walk(List.of(GREEN), attempt -> error(ErrorKind.UPSTREAM_FAILED, null));
        assertThat(pauses).hasSize(3).allMatch(nanos -> nanos == 0);
    }

    @Test
    void spends_no_more_retries_than_the_backends_budget() {
        policy = policy(new RetryRule(10, Duration.ZERO, Duration.ZERO), null);
        for (int i = 0; i < 20; i++) {
            walk(List.of(BLUE), attempt -> error(ErrorKind.UPSTREAM_FAILED, null));
        }
        // 3 within a second, however few requests there were; a slow machine may see a second or two go by.
        assertThat(tries).hasSizeBetween(20 + 3, 20 + 9);
        assertThat(call.record().skips()).anyMatch(skip -> skip.why().equals("retry_budget"));
    }

    @Test
    void passes_an_answer_of_the_caller_own_fault_on_and_asks_nobody_else() {
        Future<Reply> answer = walk(List.of(BLUE, GREEN), attempt -> reply(422, null, null));
        assertThat(tries).hasSize(1);
        assertThat(answer.result().status()).isEqualTo(422);
    }

    @Test
    void moves_on_to_the_next_key_without_counting_it() {
        policy = policy(new RetryRule(1, Duration.ZERO, Duration.ZERO), null);
        Future<Reply> answer =
                walk(List.of(KEYED), attempt -> reply(attempt.credential() == 2 ? 200 : 401, null, null));
        assertThat(tries).containsExactly("keyed/0 FIRST", "keyed/1 NEXT_KEY", "keyed/2 NEXT_KEY");
        assertThat(answer.result().status()).isEqualTo(200);
        tries.clear();
        walk(List.of(KEYED), attempt -> reply(200, null, null));
        assertThat(tries).containsExactly("keyed/2 FIRST");
    }

    @Test
    void says_so_itself_when_a_backend_accepts_no_key() {
        Future<Reply> answer = walk(List.of(KEYED), attempt -> reply(401, null, null));
        assertThat(tries).hasSize(3);
        assertThat(failure(answer).kind()).isEqualTo(ErrorKind.UPSTREAM_CREDENTIALS);
    }

    @Test
    void waits_for_a_limited_key_as_long_as_the_backend_says() {
        Future<Reply> answer = walk(
                List.of(BLUE),
                attempt -> tries.size() < 2 ? reply(429, null, Duration.ofMillis(700)) : reply(200, null, null));
        assertThat(pauses).hasSize(1).allMatch(nanos -> nanos > 600_000_000 && nanos < 800_000_000);
        assertThat(answer)
                .as("still waits: the pause of this test does not let time pass")
                .isNotNull();
    }

    @Test
    void does_not_wait_longer_than_the_call_may_take() {
        call.timing().set(Duration.ofSeconds(5), Duration.ofSeconds(10));
        Future<Reply> answer = walk(List.of(BLUE), attempt -> reply(429, null, Duration.ofMinutes(5)));
        assertThat(pauses).isEmpty();
        assertThat(answer.result().status()).isEqualTo(429);
        assertThat(answer.result().headers().get("retry-after")).isEqualTo("300");
    }

    @Test
    void asks_another_target_rather_than_wait() {
        Future<Reply> answer = walk(
                List.of(BLUE, GREEN),
                attempt -> reply(attempt.target().equals(BLUE) ? 429 : 200, null, Duration.ofMillis(700)));
        assertThat(pauses).isEmpty();
        assertThat(answer.result().status()).isEqualTo(200);
    }

    @Test
    void does_not_send_a_streamed_body_twice_and_says_so() {
        RequestBody live = new Streamed();
        Future<Reply> answer =
                walk(call(live), List.of(BLUE, GREEN), attempt -> error(ErrorKind.UPSTREAM_FAILED, null));
        assertThat(tries).hasSize(1);
        assertThat(failure(answer).message()).contains("cannot be sent twice");
    }

    @Test
    void goes_where_the_route_says_when_the_prompt_is_too_long() {
        policy = new Route.Policy(
                Duration.ofSeconds(1),
                Duration.ofMinutes(1),
                new RetryRule(1, Duration.ZERO, Duration.ZERO),
                List.of(new Choice.One(GREEN)),
                List.of(),
                null,
                OnDisconnect.CANCEL);
        Future<Reply> answer = walk(
                List.of(BLUE),
                attempt -> attempt.target().equals(BLUE)
                        ? reply(400, "context_length_exceeded", null)
                        : reply(200, null, null));
        assertThat(tries).containsExactly("blue/0 FIRST", "green/0 CONTEXT_TOO_LONG");
        assertThat(answer.result().status()).isEqualTo(200);
    }

    @Test
    void hands_the_backends_own_words_on_where_the_route_says_nothing_of_long_prompts() {
        Future<Reply> answer = walk(List.of(BLUE, GREEN), attempt -> reply(400, "context_length_exceeded", null));
        assertThat(tries).hasSize(1);
        assertThat(answer.result().status()).isEqualTo(400);
    }

    @Test
    void answers_with_the_routes_own_words_when_all_else_failed() {
        policy = policy(RetryRule.DEFAULT, "Please come back later.");
        Future<Reply> answer = walk(List.of(BLUE), attempt -> error(ErrorKind.UPSTREAM_TIMEOUT, null));
        assertThat(answer.result().status()).isEqualTo(200);
        assertThat(((Reply.Unary) answer.result()).body().toString()).contains("Please come back later.");
        assertThat(call.record().degraded).isTrue();
    }

    @Test
    void answers_with_the_routes_own_words_when_time_is_up() {
        policy = policy(RetryRule.DEFAULT, "Please come back later.");
        Future<Reply> answer = walk(
                call,
                List.of(BLUE),
                attempt -> io.vertx.core.Promise.<Reply>promise().future());
        assertThat(answer.isComplete()).isFalse();
        call.cancellation().cancel(GatewayError.of(ErrorKind.UPSTREAM_TIMEOUT, "Too late."));
        assertThat(answer.result().status()).isEqualTo(200);
    }

    @Test
    void tells_every_answer_that_nobody_gets_that_it_is_over() {
        List<Future<Completion>> dropped = new ArrayList<>();
        Future<Reply> answer = walk(List.of(BLUE, GREEN), attempt -> {
            Future<Reply> reply = reply(attempt.target().equals(BLUE) ? 409 : 200, null, null);
            dropped.add(reply.result().done());
            return reply;
        });
        assertThat(dropped.getFirst().result().ending()).isEqualTo(Ending.CUT);
        assertThat(dropped.getLast().isComplete()).isFalse();
        assertThat(answer.succeeded()).isTrue();
    }

    private Future<Reply> walk(List<Target> targets, Function<Try, Future<Reply>> upstream) {
        return walk(call, targets, upstream);
    }

    private Future<Reply> walk(Call made, List<Target> targets, Function<Try, Future<Reply>> upstream) {
        Walk.Parts parts = new Walk.Parts(
                backends, new PoolOrder(backends::of, ThreadLocalRandom.current()), (nanos, cancellation) -> {
                    pauses.add(nanos);
                    // A wait for a key would come round for ever: in here no time passes.
                    return nanos > 600_000_000
                            ? io.vertx.core.Promise.<Void>promise().future()
                            : Future.succeededFuture();
                });
        return new Walk(
                        made,
                        asked -> {
                            Try attempt = asked.attemptNow();
                            tries.add(attempt.target().model() + "/" + attempt.credential() + " " + attempt.reason());
                            CallRecord.Attempt noted = asked.record().attempt(attempt, System.nanoTime());
                            Future<Reply> reply = upstream.apply(attempt);
                            noted.failure = reply.failed() ? "upstream_failed" : null;
                            return reply;
                        },
                        policy,
                        targets,
                        Try.Reason.FIRST,
                        parts)
                .start();
    }

    private static Future<Reply> error(ErrorKind kind, @Nullable UpstreamFault fault) {
        return Future.failedFuture(new CallFailure(GatewayError.of(kind, "It failed."), fault));
    }

    private static Future<Reply> reply(int status, @Nullable String code, @Nullable Duration retryAfter) {
        return Future.succeededFuture(new UnaryReply(
                status,
                MultiMap.caseInsensitiveMultiMap(),
                Buffer.buffer(),
                null,
                Reported.NOTHING,
                null,
                status < 400 ? null : new UpstreamFault(status, null, code, retryAfter)));
    }

    private static GatewayError failure(Future<Reply> answer) {
        return ((CallFailure) answer.cause()).error();
    }

    private static Route.Policy policy(RetryRule retry, @Nullable String degraded) {
        return new Route.Policy(
                Duration.ofSeconds(1),
                Duration.ofMinutes(1),
                retry,
                List.of(),
                List.of(),
                degraded,
                OnDisconnect.CANCEL);
    }

    private static Call call(RequestBody body) {
        return new Call(
                "c",
                new Principal("t", "k", Map.of(), AllowList.ALL, false, false, false, Priority.DEFAULT, 1),
                Endpoint.CHAT,
                Map.of(),
                null,
                MultiMap.caseInsensitiveMultiMap(),
                body,
                new CallRecord("c", "c", System.nanoTime(), record -> {}),
                new Cancellation(),
                new Timing(),
                "192.0.2.1",
                null,
                null,
                null);
    }

    private static Target target(String name, int keys) {
        Backend backend = new Backend(
                name,
                Backend.Dialect.OPENAI,
                null,
                keys == 0 ? new Backend.Auth.None() : new Backend.Auth.Bearer(),
                java.util.stream.IntStream.range(0, keys)
                        .mapToObj(i -> new Secret(name + i))
                        .toList(),
                Map.of(),
                null,
                null,
                null,
                null,
                true,
                Guards.DEFAULT,
                null);
        return new Target(name, backend, name, Map.of(), Map.of(), true);
    }

    /** A form that passes through. */
    private static final class Streamed implements RequestBody.Live {
        @Override
        public @Nullable String model() {
            return "chat";
        }

        @Override
        public List<String> references() {
            return List.of();
        }

        @Override
        public Outgoing to(Target target) {
            return new Outgoing.Whole(List.of(), 0);
        }

        @Override
        public void release() {}
    }
}
