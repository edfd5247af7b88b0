// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.headgate.call.Secret;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Scope;
import dev.headgate.quota.Standing;
import dev.headgate.quota.TenantCalendar;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.Received;
import dev.headgate.upstream.WebControlClient;
import dev.headgate.upstream.WebhookRequest;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Alerts on their way to a real receiver, without waiting between tries. */
final class DeliveriesIT {
    private static final Secret SECRET = new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream receiver = FakeUpstream.start();
    private final List<Outcome> outcomes = new CopyOnWriteArrayList<>();
    private final List<Duration> pauses = new CopyOnWriteArrayList<>();
    private volatile Instant now = NOON;
    private Deliveries deliveries = deliveries(Duration.ofSeconds(10));

    @AfterEach
    void stop() {
        receiver.close();
        GatewayFixture.await(vertx.close());
    }

    @Test
    void posts_json_that_the_receiver_can_check() {
        receiver.always(Behaviour.json(200, "{}"));

        send();

        receiver.awaitRequestClosed(1);
        Received posted = receiver.requests().getFirst();
        String id = posted.headers().get("webhook-id");
        assertThat(posted.method()).isEqualTo("POST");
        assertThat(posted.uri()).isEqualTo("/hook?token=t%20k");
        assertThat(posted.headers().get("content-type")).isEqualTo("application/json");
        assertThat(posted.headers().get("webhook-timestamp")).isEqualTo(Long.toString(NOON.getEpochSecond()));
        assertThat(posted.headers().get("webhook-signature"))
                .isEqualTo(WebhookSignature.of(
                        SECRET,
                        String.valueOf(id),
                        NOON.getEpochSecond(),
                        posted.body().toString()));
        assertThat(posted.json().path("id").asText()).isEqualTo(id);
        ended(Outcome.DELIVERED);
    }

    @Test
    void tries_again_after_server_errors_with_the_same_id_and_a_signature_of_the_new_time() {
        receiver.script(Behaviour.error(500, "x", "y"), Behaviour.error(503, "x", "y"))
                .always(Behaviour.json(204, ""));

        send();
        ended(Outcome.DELIVERED);

        List<Received> posted = receiver.requests();
        assertThat(posted).hasSize(3);
        assertThat(posted).extracting(p -> p.headers().get("webhook-id")).containsOnly(alert().id(SECRET));
        assertThat(posted)
                .extracting(p -> Long.parseLong(p.headers().get("webhook-timestamp")) - NOON.getEpochSecond())
                .containsExactly(0L, 2L, 10L);
        assertThat(posted)
                .allSatisfy(p -> assertThat(p.headers().get("webhook-signature"))
                        .isEqualTo(WebhookSignature.of(
                                SECRET,
                                String.valueOf(p.headers().get("webhook-id")),
                                Long.parseLong(p.headers().get("webhook-timestamp")),
                                p.body().toString())));
    }

    @Test
    void gives_up_after_eight_tries_with_ever_longer_pauses() {
        receiver.always(Behaviour.error(429, "x", "y"));

        send();
        ended(Outcome.FAILED);

        assertThat(receiver.requests()).hasSize(8);
        assertThat(pauses).extracting(Duration::toSeconds).containsExactly(2L, 8L, 32L, 128L, 300L, 300L, 300L);
    }

    @Test
    void says_at_the_first_failure_that_the_webhook_is_in_trouble() {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger log = (Logger) LoggerFactory.getLogger(Deliveries.class);
        log.addAppender(lines);
        receiver.script(Behaviour.error(500, "x", "y"), Behaviour.error(503, "x", "y"))
                .always(Behaviour.json(204, ""));

        send();
        ended(Outcome.DELIVERED);
        log.detachAppender(lines);

        assertThat(lines.list)
                .filteredOn(line -> line.getLevel() == Level.WARN)
                .extracting(ILoggingEvent::getFormattedMessage)
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("acme", "status 500")
                .doesNotContain("t%20k");
    }

    @Test
    void does_not_repeat_what_the_receiver_will_never_take_nor_follow_it_elsewhere() {
        receiver.script(
                Behaviour.error(410, "x", "gone"), Behaviour.json(302, "{}").header("location", "/elsewhere"));

        send();
        ended(Outcome.FAILED);
        send();
        ended(Outcome.FAILED, Outcome.FAILED);

        assertThat(receiver.requests()).hasSize(2);
    }

    @Test
    void hangs_up_on_a_receiver_that_does_not_answer_and_tries_again() {
        deliveries = deliveries(Duration.ofMillis(200));
        receiver.script(Behaviour.silence(), Behaviour.endless(1_000).every(Duration.ofMillis(5)))
                .always(Behaviour.json(200, "{}"));

        send();
        ended(Outcome.DELIVERED);

        assertThat(receiver.requests()).hasSize(3);
        receiver.awaitConnections(0);
    }

    @Test
    void tries_again_where_nobody_listens_and_goes_where_the_configuration_points_by_then() {
        FakeUpstream gone = FakeUpstream.start();
        gone.close();
        receiver.always(Behaviour.json(200, "{}"));
        Promise<Void> mended = Promise.promise();
        deliveries = deliveries(Duration.ofSeconds(10), mended);
        deliveries.apply(rules(gone));

        deliveries.send(alert());
        eventually("a try failed", () -> !pauses.isEmpty());
        deliveries.apply(rules(receiver));
        mended.complete();

        ended(Outcome.DELIVERED);
        assertThat(receiver.requests()).hasSize(1);
    }

    @Test
    void a_tenant_that_has_no_alerts_any_more_is_not_told() {
        receiver.always(Behaviour.error(500, "x", "y"));
        Promise<Void> later = Promise.promise();
        deliveries = deliveries(Duration.ofSeconds(10), later);
        send();
        eventually("a try failed", () -> !pauses.isEmpty());

        deliveries.apply(Map.of());
        later.complete();

        ended(Outcome.FAILED);
        assertThat(receiver.requests()).hasSize(1);
    }

    @Test
    void drops_what_is_more_than_may_wait() {
        Promise<Integer> never = Promise.promise();
        deliveries = new Deliveries(
                (url, headers, json, deadline) -> never.future(),
                Retries.DEFAULT,
                (pause, what) -> {},
                () -> 0,
                outcomes::add,
                () -> NOON);
        deliveries.apply(rules(receiver));

        for (int i = 0; i < Deliveries.MOST_WAITING + 2; i++) {
            deliveries.send(alert());
        }

        assertThat(outcomes).containsExactly(Outcome.DROPPED, Outcome.DROPPED);
        assertThat(deliveries.waiting()).isEqualTo(Deliveries.MOST_WAITING);
        never.complete(200);
        assertThat(deliveries.waiting()).isZero();
        deliveries.send(alert());
        assertThat(outcomes).last().isEqualTo(Outcome.DELIVERED);
    }

    private Deliveries deliveries(Duration deadline) {
        Promise<Void> atOnce = Promise.promise();
        atOnce.complete();
        return deliveries(deadline, atOnce);
    }

    /** Tries again when the gate is open; by its clock the whole pause has passed. */
    private Deliveries deliveries(Duration deadline, Promise<Void> gate) {
        WebControlClient client = new WebControlClient(vertx);
        Retries usual = Retries.DEFAULT;
        Deliveries made = new Deliveries(
                (url, headers, json, limit) -> WebhookRequest.post(client, url, headers, json, limit),
                new Retries(usual.tries(), usual.first(), usual.longest(), deadline),
                (pause, what) -> {
                    pauses.add(pause);
                    gate.future().onSuccess(open -> {
                        now = now.plus(pause);
                        what.run();
                    });
                },
                () -> 1,
                outcomes::add,
                () -> now);
        made.apply(rules(receiver));
        return made;
    }

    private static Map<String, AlertRule> rules(FakeUpstream receiver) {
        return Map.of(
                "acme",
                new AlertRule(
                        new Secret("http://127.0.0.1:" + receiver.port() + "/hook?token=t%20k"), SECRET, List.of(80)));
    }

    private void send() {
        deliveries.send(alert());
    }

    private static Alert alert() {
        Limit limit = new Limit(Scope.tenant(), LimitRule.of(LimitKind.REQUESTS_PER_DAY, 10));
        return new Alert(
                "acme",
                80,
                new Standing(limit, 8, 0, 0, false),
                TenantCalendar.at(NOON, ZoneOffset.UTC).days().current(),
                NOON);
    }

    private void ended(Outcome... expected) {
        eventually("all is over", () -> outcomes.size() == expected.length && deliveries.waiting() == 0);
        assertThat(outcomes).containsExactly(expected);
    }
}
