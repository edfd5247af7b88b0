// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The certificate of the API port is renewed while the gateway runs. */
final class CertificateIT {
    @TempDir
    private Path dir;

    @Test
    void new_connections_see_a_new_certificate() throws IOException {
        TestCertificate first = TestCertificate.get();
        TestCertificate second = TestCertificate.another();
        Path cert = Files.writeString(dir.resolve("cert.pem"), first.pem());
        Path key = Files.writeString(dir.resolve("key.pem"), first.privateKeyPem());
        String settings = "auth: none\nlisten: { host: 127.0.0.1, port: 0, tls: { cert: \"%s\", key: \"%s\" } }\n"
                .formatted(cert, key);
        try (FakeUpstream upstream = FakeUpstream.start();
                GatewayFixture gateway = GatewayFixture.start(settings, GatewayFixture.routesTo(upstream))) {
            assertThat(isTrusted(gateway, first)).isTrue();
            assertThat(isTrusted(gateway, second)).isFalse();

            Files.writeString(cert, second.pem());
            Files.writeString(key, second.privateKeyPem());

            eventually("the second certificate", () -> isTrusted(gateway, second));
            assertThat(isTrusted(gateway, first)).isFalse();

            Files.writeString(cert, first.pem());
            Files.writeString(key, first.privateKeyPem());

            eventually("the first certificate again", () -> isTrusted(gateway, first));
        }
    }

    @Test
    void a_pair_that_does_not_work_changes_nothing() throws IOException {
        TestCertificate good = TestCertificate.get();
        Path cert = Files.writeString(dir.resolve("cert.pem"), good.pem());
        Path key = Files.writeString(dir.resolve("key.pem"), good.privateKeyPem());
        String settings = "auth: none\nlisten: { host: 127.0.0.1, port: 0, tls: { cert: \"%s\", key: \"%s\" } }\n"
                .formatted(cert, key);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(CertificateWatch.class);
        log.start();
        logger.addAppender(log);
        try (FakeUpstream upstream = FakeUpstream.start();
                GatewayFixture gateway = GatewayFixture.start(settings, GatewayFixture.routesTo(upstream))) {
            Files.writeString(cert, "not a certificate");

            eventually(
                    "a line that says so",
                    () -> List.copyOf(log.list).stream()
                            .anyMatch(event -> event.getFormattedMessage().contains("were refused")));
            assertThat(isTrusted(gateway, good)).isTrue();
        } finally {
            logger.detachAppender(log);
        }
    }

    private static boolean isTrusted(GatewayFixture gateway, TestCertificate certificate) {
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(certificate.trusting()).build()) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("https://127.0.0.1:" + gateway.port() + "/v1/models"))
                    .build();
            return client.send(request, BodyHandlers.ofString()).statusCode() == 200;
        } catch (IOException notTrusted) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
