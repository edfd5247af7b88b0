// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static dev.headgate.testkit.GatewayFixture.await;
import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.headgate.call.Backend;
import dev.headgate.call.GuardListener;
import dev.headgate.call.Guards;
import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.call.Guards.HealthRule;
import dev.headgate.call.Secret;
import dev.headgate.call.Timeouts;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.TestCertificate;
import dev.headgate.upstream.HealthRequest;
import dev.headgate.upstream.WebControlClient;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Health checks over real sockets, every 300 ms: long enough for an answer on a busy machine. */
final class HealthChecksIT {
    private static final Duration OFTEN = Duration.ofMillis(300);

    private final Vertx vertx = Vertx.vertx();
    private final Map<String, BackendState> states = new ConcurrentHashMap<>();
    private final List<String> changes = new CopyOnWriteArrayList<>();
    private final Lines lines = new Lines();
    private final Logger logger = (Logger) LoggerFactory.getLogger(HealthChecks.class);
    private final WebControlClient client = new WebControlClient(vertx);
    private final HealthChecks checks = new HealthChecks(
            vertx,
            (backend, deadline) -> HealthRequest.ask(client, backend, deadline),
            this::state,
            new GuardListener() {
                @Override
                public void health(String backend, boolean healthy) {
                    changes.add(backend + " " + healthy);
                }
            });
    private FakeUpstream upstream;

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
        await(checks.close());
        await(vertx.close());
        upstream.close();
    }

    @Test
    void asks_the_health_path_with_the_backends_key() {
        checks.apply(List.of(backend("a", upstream.baseUrl())));

        upstream.awaitRequests(3);
        assertThat(upstream.requests()).allSatisfy(request -> {
            assertThat(request.method()).isEqualTo("GET");
            assertThat(request.uri()).isEqualTo("/v1/models");
            assertThat(request.headers().get("authorization")).isEqualTo("Bearer secret");
        });
        eventually("a first result", () -> changes.equals(List.of("a true")));
        assertThat(lines.all).isEmpty();
    }

    @Test
    void two_answers_of_5xx_make_a_backend_unhealthy_and_one_good_one_heals_it() {
        upstream.always(Behaviour.json(200, "{}"));
        checks.apply(List.of(backend("a", upstream.baseUrl())));
        eventually("healthy", () -> changes.equals(List.of("a true")));
        assertThat(state("a").healthy).isTrue();

        upstream.always(Behaviour.error(500, "server_error", "broken"));
        eventually("unhealthy", () -> changes.equals(List.of("a true", "a false")));
        assertThat(state("a").healthy).isFalse();
        upstream.awaitRequests(upstream.requests().size() + 3);

        upstream.always(Behaviour.json(200, "{}"));
        eventually("healthy again", () -> changes.equals(List.of("a true", "a false", "a true")));
        assertThat(state("a").healthy).isTrue();
        eventually("a line for each change", () -> lines.all.size() == 2);
        assertThat(lines.all.getFirst()).contains("\"a\" is unhealthy", "status 500");
        assertThat(lines.all.getLast()).contains("\"a\" is healthy again");
    }

    @Test
    void a_single_bad_answer_changes_nothing() {
        upstream.script(
                        Behaviour.json(200, "{}"),
                        Behaviour.error(500, "server_error", "broken"),
                        Behaviour.json(200, "{}"),
                        Behaviour.hangUp(Behaviour.Cut.RST))
                .always(Behaviour.json(200, "{}"));
        checks.apply(List.of(backend("a", upstream.baseUrl())));

        upstream.awaitRequests(6);
        assertThat(changes).containsExactly("a true");
    }

    @Test
    void a_wrong_path_is_alive_and_said_once() {
        upstream.always(Behaviour.error(404, "invalid_request_error", "no such path"));
        checks.apply(List.of(backend("a", upstream.baseUrl())));

        upstream.awaitRequests(4);
        assertThat(changes).containsExactly("a true");
        assertThat(lines.all).singleElement().asString().contains("/models", "404", "path may be wrong");
    }

    @Test
    void a_backend_that_is_down_is_unhealthy_until_it_listens() {
        URI nobody = URI.create("http://127.0.0.1:1/v1");
        checks.apply(List.of(backend("a", nobody)));

        eventually("unhealthy", () -> changes.equals(List.of("a false")));
        checks.apply(List.of(backend("a", upstream.baseUrl())));
        eventually("healthy at its new address", () -> changes.equals(List.of("a false", "a true")));
    }

    @Test
    void a_backend_that_does_not_answer_in_time_is_unhealthy_and_is_never_asked_twice_at_once() {
        upstream.always(Behaviour.json(200, "{}").after(Duration.ofSeconds(30)));
        checks.apply(List.of(backend("a", upstream.baseUrl())));

        eventually("unhealthy", () -> changes.equals(List.of("a false")));
        upstream.awaitRequests(6);
        assertThat(upstream.openRequests()).isLessThanOrEqualTo(2);
        assertThat(lines.all).singleElement().asString().contains("no answer in time");
    }

    @Test
    void a_backend_with_a_certificate_of_another_authority_is_unhealthy() {
        try (FakeUpstream secure = FakeUpstream.startTls()) {
            checks.apply(List.of(
                    backend(
                            "trusted",
                            secure.baseUrl(),
                            OFTEN,
                            TestCertificate.get().pem()),
                    backend(
                            "foreign",
                            secure.baseUrl(),
                            OFTEN,
                            TestCertificate.another().pem())));

            eventually("both are judged", () -> changes.size() == 2);
            assertThat(changes).containsExactlyInAnyOrder("trusted true", "foreign false");
        }
    }

    @Test
    void backends_are_judged_each_for_itself() {
        try (FakeUpstream broken = FakeUpstream.start()) {
            broken.always(Behaviour.error(503, "overloaded", "busy"));
            checks.apply(List.of(backend("good", upstream.baseUrl()), backend("bad", broken.baseUrl())));

            eventually("both are judged", () -> changes.size() == 2);
            assertThat(changes).containsExactlyInAnyOrder("good true", "bad false");
        }
    }

    @Test
    void a_reload_begins_with_what_is_new_and_ends_with_what_is_gone() {
        try (FakeUpstream second = FakeUpstream.start()) {
            upstream.always(Behaviour.error(500, "server_error", "broken"));
            checks.apply(List.of(backend("a", upstream.baseUrl())));
            eventually("unhealthy", () -> changes.equals(List.of("a false")));

            checks.apply(List.of(backend("a", upstream.baseUrl(), null, null), backend("b", second.baseUrl())));
            second.awaitRequests(1);
            int asked = upstream.requests().size();
            second.awaitRequests(6);

            assertThat(upstream.requests()).hasSize(asked);
            assertThat(state("a").healthy).isTrue();
            assertThat(changes).containsExactly("a false", "a true", "b true");
        }
    }

    @Test
    void a_reload_that_changes_nothing_does_not_begin_anew() {
        Backend same = backend("a", upstream.baseUrl(), Duration.ofMinutes(10), null);
        checks.apply(List.of(same));
        upstream.awaitRequests(1);

        try (FakeUpstream other = FakeUpstream.start()) {
            checks.apply(List.of(same, backend("b", other.baseUrl())));
            other.awaitRequests(3);
            assertThat(upstream.requests()).hasSize(1);
        }
    }

    private BackendState state(Backend backend) {
        return states.computeIfAbsent(backend.name(), n -> new Backends(vertx, GuardListener.NONE).of(backend));
    }

    private BackendState state(String backend) {
        return Objects.requireNonNull(states.get(backend));
    }

    private static Backend backend(String name, URI baseUrl) {
        return backend(name, baseUrl, OFTEN, null);
    }

    /** @param every null for a backend without a rule */
    private static Backend backend(String name, URI baseUrl, @Nullable Duration every, @Nullable String ca) {
        HealthRule rule = every == null ? null : new HealthRule("/models", every);
        return new Backend(
                name,
                Backend.Dialect.OPENAI,
                baseUrl,
                new Backend.Auth.Bearer(),
                List.of(new Secret("secret")),
                Map.of(),
                null,
                null,
                ca,
                null,
                true,
                new Guards(Timeouts.DEFAULT, BreakerRule.DEFAULT, null, rule),
                null);
    }

    /** What is logged about health. */
    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final List<String> all = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            all.add(event.getFormattedMessage());
        }
    }
}
