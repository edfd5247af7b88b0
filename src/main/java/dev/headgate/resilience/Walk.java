// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Reply;
import dev.headgate.call.Target;
import dev.headgate.call.Try;
import dev.headgate.pipeline.Stage;
import dev.headgate.resilience.NotAdmitted.Why;
import dev.headgate.resilience.TargetChoice.Option;
import dev.headgate.routing.Choice;
import dev.headgate.routing.Route;
import io.vertx.circuitbreaker.RetryPolicy;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One call's way over its targets, from the first try to the answer. Confined to the call's event loop. */
final class Walk {
    /** How long a key is put aside that the backend does not accept: long enough to cost nothing, short enough to need no operator. */
    private static final Duration REFUSED = Duration.ofMinutes(5);

    /** How long a key is put aside whose limit is reached, if the backend does not say. */
    private static final Duration LIMITED = Duration.ofSeconds(1);

    private static final int LIMIT = 429;
    private static final int NO_MONEY = 402;

    private final Call call;
    private final Stage.Next next;
    private final Route.Policy policy;
    private final Backends backends;
    private final PoolOrder pools;
    private final Pause pause;
    private final GiveUp giveUp;
    private final Promise<Reply> answer = Promise.promise();
    private List<Candidate> candidates;
    private Try.Reason reason;
    private int counted;
    private int repeats;
    private boolean rerouted;
    private @Nullable Tried last;

    /** What every walk of an event loop uses. */
    record Parts(Backends backends, PoolOrder pools, Pause pause) {}

    /** @param reason why the first try is made: usually because it is the first */
    Walk(Call call, Stage.Next next, Route.Policy policy, List<Target> targets, Try.Reason reason, Parts parts) {
        this.call = call;
        this.next = next;
        this.policy = policy;
        this.backends = parts.backends();
        this.pools = parts.pools();
        this.pause = parts.pause();
        this.reason = reason;
        this.giveUp = new GiveUp(call, policy.degraded());
        this.candidates = candidates(targets);
    }

    Future<Reply> start() {
        Runnable forget =
                policy.degraded() == null ? () -> {} : call.cancellation().onCancel(this::outOfTime);
        step();
        return answer.future().onComplete(done -> forget.run());
    }

    private List<Candidate> candidates(List<Target> targets) {
        return targets.stream().map(target -> new Candidate(target, backends)).toList();
    }

    /** Chooses what comes next, and does it. */
    private void step() {
        if (answer.future().isComplete()) {
            return;
        }
        if (call.cancellation().isCancelled()) {
            settle(last == null ? Future.failedFuture(giveUp.cancelled()) : last.result());
            return;
        }
        long now = System.nanoTime();
        List<Option> options =
                candidates.stream().map(candidate -> candidate.look(now)).toList();
        switch (TargetChoice.among(options, now, deadline())) {
            case TargetChoice.Now(int index) -> attempt(index, false);
            case TargetChoice.LastResort(int index) -> attempt(index, true);
            case TargetChoice.Again(int index) -> again(index, now);
            case TargetChoice.At(long nanos) -> later(nanos - now);
            case TargetChoice.None() -> giveUp();
        }
    }

    private long deadline() {
        return call.record().startedNanos + call.timing().totalNanos();
    }

    private void again(int index, long now) {
        Candidate candidate = candidates.get(index);
        if (!candidate.backend.retries.tryTake(now)) {
            candidate.spend();
            call.record().skipped(candidate.target, Why.RETRY_BUDGET.label());
            backends.listener().retryRefused(candidate.target.backend().name());
            step();
            return;
        }
        reason = Try.Reason.RETRY;
        pause.of(backoffNanos(), call.cancellation()).onComplete(over -> {
            if (call.cancellation().isCancelled()) {
                step();
            } else {
                attempt(index, false);
            }
        });
    }

    /** Full jitter over a ceiling that doubles with every repeated try. */
    private long backoffNanos() {
        long least = policy.retry().backoffMin().toMillis();
        long most = policy.retry().backoffMax().toMillis();
        if (most == 0) {
            return 0;
        }
        RetryPolicy backoff = RetryPolicy.exponentialDelayWithJitter(Math.max(1, least), Math.max(1, most));
        return TimeUnit.MILLISECONDS.toNanos(backoff.delay(null, repeats++));
    }

    /** Waits for what the backends said, and a little by dice, so that not all who wait come at once. */
    private void later(long nanos) {
        long spread =
                ThreadLocalRandom.current().nextLong(1 + Math.min(nanos / 10, TimeUnit.MILLISECONDS.toNanos(250)));
        reason = last == null ? reason : Try.Reason.RETRY;
        pause.of(nanos + spread, call.cancellation()).onComplete(over -> step());
    }

    private void attempt(int index, boolean lastResort) {
        Candidate candidate = candidates.get(index);
        noteSkipped(index);
        long now = System.nanoTime();
        candidate.tried();
        candidate.backend.retries.request(now);
        if (reason != Try.Reason.NEXT_KEY) {
            counted++;
        }
        Target target = candidate.target;
        int key = candidate.backend.credentials.pick(target.backend(), now);
        Try attempt = new Try(target, key, reason, lastResort);
        next.proceed(call.withTry(attempt)).onComplete(result -> judge(index, new Tried(attempt, result)));
    }

    /** Notes, once each, the targets that would have come before this one. */
    private void noteSkipped(int until) {
        for (int i = 0; i < until; i++) {
            Why why = candidates.get(i).skip();
            if (why != null) {
                call.record().skipped(candidates.get(i).target, why.label());
            }
        }
    }

    private void judge(int index, Tried tried) {
        if (answer.future().isComplete()) {
            tried.drop();
            return;
        }
        Candidate candidate = candidates.get(index);
        switch (tried.verdict()) {
            case PASS_ON, GIVE_UP -> pass(tried);
            case NOT_ADMITTED ->
                notAdmitted(candidate, (NotAdmitted) tried.result().cause());
            case CONTEXT_TOO_LONG -> reroute(policy.onContextTooLong(), Try.Reason.CONTEXT_TOO_LONG, tried);
            case CONTENT_FILTERED -> reroute(policy.onContentFilter(), Try.Reason.CONTENT_FILTER, tried);
            case KEY_REFUSED -> {
                // A 429 without money is a refusal: waiting would not mend it.
                park(candidate, tried, tried.status() == LIMIT ? NO_MONEY : tried.status(), REFUSED);
                nextKey(index, tried);
            }
            case KEY_LIMITED -> {
                Duration said = tried.retryAfter();
                park(candidate, tried, LIMIT, said == null ? LIMITED : said);
                nextKey(index, tried);
            }
            case TRY_AGAIN -> {
                Duration said = tried.retryAfter();
                if (said != null) {
                    candidate.notBefore(System.nanoTime() + said.toNanos());
                }
                goOn(tried);
            }
        }
    }

    private void notAdmitted(Candidate candidate, NotAdmitted refusal) {
        candidate.notAdmitted(refusal.why());
        call.record().skipped(candidate.target, refusal.why().label());
        if (reason != Try.Reason.NEXT_KEY) {
            counted--;
        }
        step();
    }

    private static void park(Candidate candidate, Tried tried, int status, Duration time) {
        Backend backend = candidate.target.backend();
        long now = System.nanoTime();
        long until = now + time.toNanos();
        if (!backend.keys().isEmpty()) {
            candidate.backend.credentials.park(backend, tried.plan().credential(), status, until, now);
        } else if (status == LIMIT) {
            candidate.notBefore(until);
        } else {
            // Without a key there is nothing to move to, and nothing to wait for.
            candidate.spend();
        }
    }

    /** The same target at once with another key, if there is one that is good. */
    private void nextKey(int index, Tried tried) {
        Candidate candidate = candidates.get(index);
        Backend backend = candidate.target.backend();
        long now = System.nanoTime();
        boolean another = backend.keys().size() > 1 && candidate.backend.credentials.readyAt(backend, now) - now <= 0;
        if (another && mayGoOn()) {
            keep(tried);
            reason = Try.Reason.NEXT_KEY;
            attempt(index, tried.plan().lastResort());
        } else {
            goOn(tried);
        }
    }

    private void goOn(Tried tried) {
        keep(tried);
        if (!mayGoOn() || tried.plan().lastResort() || counted >= policy.retry().attempts()) {
            giveUp();
            return;
        }
        reason = Try.Reason.FAILOVER;
        step();
    }

    private boolean mayGoOn() {
        return call.body().replayable() && !call.cancellation().isCancelled();
    }

    /** Once, to the targets that the route names for this; else the backend's own words are the answer. */
    private void reroute(List<Choice> elsewhere, Try.Reason why, Tried tried) {
        List<Target> targets = rerouted || !mayGoOn()
                ? List.of()
                : FailoverStage.allowed(call, pools.of(elsewhere, call.body().stream()));
        if (targets.isEmpty()) {
            pass(tried);
            return;
        }
        rerouted = true;
        keep(tried);
        candidates = candidates(targets);
        reason = why;
        step();
    }

    private void giveUp() {
        noteSkipped(candidates.size());
        settle(giveUp.of(last, candidates));
    }

    /** The deadline has passed, and the route has something to say in place of an error. */
    private void outOfTime() {
        GatewayError why = call.cancellation().reason();
        if (why != null
                && why.kind() == ErrorKind.UPSTREAM_TIMEOUT
                && !answer.future().isComplete()) {
            settle(giveUp.of(last, candidates));
        }
    }

    private void keep(@Nullable Tried tried) {
        if (last != null) {
            last.drop();
        }
        last = tried;
    }

    private void pass(Tried tried) {
        keep(null);
        settle(tried.result());
    }

    private void settle(AsyncResult<Reply> result) {
        if (result.succeeded()) {
            answer.complete(result.result());
        } else {
            answer.fail(result.cause());
        }
    }
}
