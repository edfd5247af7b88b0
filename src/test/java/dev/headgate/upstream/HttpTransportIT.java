// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static dev.headgate.testkit.GatewayFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.headgate.call.Backend;
import dev.headgate.call.Cancellation;
import dev.headgate.call.Guards;
import dev.headgate.call.RequestBody.Outgoing;
import dev.headgate.testkit.FakeUpstream;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is left of a request that is given up while its connection is being opened. */
final class HttpTransportIT {
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger library = (Logger) LoggerFactory.getLogger("io.vertx");

    @Test
    void lets_a_connection_go_without_a_word_that_came_too_late() {
        lines.start();
        library.addAppender(lines);
        var vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        try (var upstream = FakeUpstream.start()) {
            var transport = new HttpTransport(vertx);
            Promise<Transport.Response> after = Promise.promise();
            vertx.runOnContext(start -> {
                var cancellation = new Cancellation();
                transport.send(request(upstream), cancellation).onSuccess(head -> after.fail("It was sent."));
                cancellation.cancel(null);
                // Opens its own connection behind the first one, so when it is answered the first one has been let go.
                transport.send(request(upstream), new Cancellation()).onComplete(after);
            });

            assertThat(await(after.future()).status()).isEqualTo(200);
            assertThat(upstream.requests()).hasSize(1);
            assertThat(lines.list).isEmpty();
        } finally {
            library.detachAppender(lines);
            await(vertx.close());
        }
    }

    private static Transport.Request request(FakeUpstream upstream) {
        var backend = new Backend(
                "b",
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
        var body = Buffer.buffer("{\"model\":\"m\"}");
        return new Transport.Request(
                backend,
                HttpMethod.POST,
                "/v1/chat/completions",
                MultiMap.caseInsensitiveMultiMap(),
                new Outgoing.Whole(List.of(body), body.length()),
                Duration.ofSeconds(5));
    }
}
