// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import io.vertx.core.AsyncResult;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Posts alerts to the webhooks of their tenants, signed, and again after a while if that fails. Thread-safe. Nothing of it outlives
 * the process: an alert that still waits then is lost.
 */
public final class Deliveries {
    static final int MOST_WAITING = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);

    private final HookPost hook;
    private final Retries retries;
    private final BiConsumer<Duration, Runnable> later;
    private final DoubleSupplier dice;
    private final Consumer<Outcome> outcomes;
    private final InstantSource clock;
    private volatile Map<String, AlertRule> rules = Map.of();
    private final AtomicInteger waiting = new AtomicInteger();

    private record Delivery(Alert alert, String id, String json) {}

    /**
     * @param later runs something after a while
     * @param dice 0 to 1, anew each time
     */
    public Deliveries(
            HookPost hook,
            Retries retries,
            BiConsumer<Duration, Runnable> later,
            DoubleSupplier dice,
            Consumer<Outcome> outcomes,
            InstantSource clock) {
        this.hook = hook;
        this.retries = retries;
        this.later = later;
        this.dice = dice;
        this.outcomes = outcomes;
        this.clock = clock;
    }

    /** From now on these hold, by tenant; alerts that wait go where they should go now. */
    public void apply(Map<String, AlertRule> now) {
        rules = Map.copyOf(now);
    }

    /** Begins to deliver; returns at once. */
    public void send(Alert alert) {
        AlertRule rule = rules.get(alert.tenant());
        if (waiting.incrementAndGet() > MOST_WAITING || rule == null) {
            end(alert, Outcome.DROPPED, rule == null ? "its tenant has no alerts any more" : "too many wait");
            return;
        }
        String id = alert.id(rule.secret());
        attempt(new Delivery(alert, id, alert.json(id)), 1);
    }

    /** How many are not delivered yet. */
    public int waiting() {
        return waiting.get();
    }

    private void attempt(Delivery delivery, int number) {
        AlertRule rule = rules.get(delivery.alert.tenant());
        if (rule == null) {
            end(delivery.alert, Outcome.FAILED, "its tenant has no alerts any more");
            return;
        }
        long now = clock.instant().getEpochSecond();
        Map<String, String> headers = Map.of(
                "webhook-id", delivery.id,
                "webhook-timestamp", Long.toString(now),
                "webhook-signature", WebhookSignature.of(rule.secret(), delivery.id, now, delivery.json));
        hook.post(URI.create(rule.webhook().reveal()), headers, delivery.json, retries.deadline())
                .onComplete(answer -> judge(delivery, number, answer));
    }

    private void judge(Delivery delivery, int number, AsyncResult<Integer> answer) {
        if (answer.succeeded() && answer.result() / 100 == 2) {
            end(delivery.alert, Outcome.DELIVERED, "");
            return;
        }
        // A failure's message may hold the address, which is a secret.
        String trouble = answer.succeeded()
                ? "status " + answer.result()
                : answer.cause().getClass().getSimpleName();
        boolean hopeless = answer.succeeded() && !Retries.mayPass(answer.result());
        if (hopeless || number == retries.tries()) {
            end(delivery.alert, Outcome.FAILED, trouble + ", try " + number);
            return;
        }
        // Once: it may take a quarter of an hour until nobody is told for good.
        LOG.atLevel(number == 1 ? Level.WARN : Level.DEBUG)
                .log(
                        "The webhook of {} did not take an alert, which is tried again: {}",
                        delivery.alert.tenant(),
                        trouble);
        later.accept(retries.pause(number, dice.getAsDouble()), () -> attempt(delivery, number + 1));
    }

    private void end(Alert alert, Outcome outcome, String why) {
        waiting.decrementAndGet();
        outcomes.accept(outcome);
        if (outcome != Outcome.DELIVERED) {
            LOG.warn("Nobody was told that {} has reached {} %: {}", alert.limit(), alert.percent(), why);
        }
    }
}
