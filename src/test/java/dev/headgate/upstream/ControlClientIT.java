// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static dev.headgate.testkit.GatewayFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.call.Backend;
import dev.headgate.call.Guards;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.Received;
import dev.headgate.testkit.TestCertificate;
import dev.headgate.testkit.TinyProxy;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests outside the path of calls: what they carry, and that nothing of them is left over. */
final class ControlClientIT {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final ControlClient client = new WebControlClient(vertx);
    private FakeUpstream upstream;

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
    }

    @AfterEach
    void stop() {
        upstream.close();
        await(vertx.close());
    }

    @Test
    void hands_back_whatever_is_answered_and_leaves_no_connection() {
        upstream.next(Behaviour.error(503, "overloaded", "busy").header("x-why", "busy"));

        ControlClient.Answer answer = get(backend(upstream.baseUrl(), null, null), LONG);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.headers().get("x-why")).isEqualTo("busy");
        assertThat(answer.body().toString()).contains("busy");
        upstream.awaitConnections(0);
    }

    @Test
    void posts_a_body_with_its_headers() {
        await(client.send(new ControlClient.Request(
                ControlClient.Destination.of(backend(upstream.baseUrl(), null, null)),
                HttpMethod.POST,
                "/hook?x=1",
                MultiMap.caseInsensitiveMultiMap().add("x-signature", "abc"),
                Buffer.buffer("{\"a\":1}"),
                LONG)));

        Received received = upstream.requests().getFirst();
        assertThat(received.method()).isEqualTo("POST");
        assertThat(received.uri()).isEqualTo("/hook?x=1");
        assertThat(received.headers().get("x-signature")).isEqualTo("abc");
        assertThat(received.json().path("a").asInt()).isEqualTo(1);
    }

    @Test
    void follows_no_redirect() {
        upstream.next(Behaviour.json(302, "{}").header("location", "/elsewhere"));

        assertThat(get(backend(upstream.baseUrl(), null, null), LONG).status()).isEqualTo(302);
        assertThat(upstream.requests()).hasSize(1);
    }

    @Test
    void keeps_no_more_of_an_answer_than_its_bound() {
        upstream.next(Behaviour.huge(2));

        ControlClient.Answer answer = get(backend(upstream.baseUrl(), null, null), LONG);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().length()).isEqualTo(ControlClient.MAX_BODY);
    }

    @Test
    void gives_up_at_its_deadline_and_hangs_up_whether_the_head_has_come_or_not() {
        upstream.script(Behaviour.silence(), Behaviour.endless(1_000).every(Duration.ofMillis(5)));
        Backend backend = backend(upstream.baseUrl(), null, null);

        for (int requests = 1; requests <= 2; requests++) {
            assertThatThrownBy(() -> get(backend, Duration.ofMillis(200)))
                    .hasRootCauseInstanceOf(TimeoutException.class);
            upstream.awaitRequestClosed(requests);
        }
        upstream.awaitConnections(0);
    }

    @Test
    void trusts_the_backends_own_authority_and_nobody_else() {
        try (FakeUpstream secure = FakeUpstream.startTls()) {
            secure.always(Behaviour.json(200, "{}"));

            assertThat(get(backend(secure.baseUrl(), TestCertificate.get().pem(), null), LONG)
                            .status())
                    .isEqualTo(200);
            assertThatThrownBy(() -> get(
                            backend(secure.baseUrl(), TestCertificate.another().pem(), null), LONG))
                    .hasStackTraceContaining("SSLHandshakeException");
            assertThatThrownBy(() -> get(backend(secure.baseUrl(), null, null), LONG))
                    .hasStackTraceContaining("SSLHandshakeException");
        }
    }

    @Test
    void goes_through_the_backends_proxy() throws IOException {
        try (TinyProxy proxy = TinyProxy.start()) {
            get(backend(upstream.baseUrl(), null, URI.create("http://127.0.0.1:" + proxy.port())), LONG);

            assertThat(proxy.requestLines()).singleElement().asString().contains("127.0.0.1:" + upstream.port());
        }
    }

    private ControlClient.Answer get(Backend backend, Duration deadline) {
        return await(client.send(new ControlClient.Request(
                ControlClient.Destination.of(backend),
                HttpMethod.GET,
                "/v1/models",
                MultiMap.caseInsensitiveMultiMap(),
                Buffer.buffer(),
                deadline)));
    }

    private static Backend backend(URI baseUrl, @Nullable String ca, @Nullable URI proxy) {
        return new Backend(
                "b",
                Backend.Dialect.OPENAI,
                baseUrl,
                new Backend.Auth.None(),
                List.of(),
                Map.of(),
                null,
                null,
                ca,
                proxy,
                true,
                Guards.DEFAULT,
                null);
    }
}
