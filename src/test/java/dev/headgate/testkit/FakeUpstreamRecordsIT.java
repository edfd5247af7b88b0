// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FakeUpstreamRecordsIT {
    private static final String ASK = "{\"model\":\"m\",\"messages\":[]}";

    private final FakeUpstream fake = FakeUpstream.start();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void stop() {
        client.shutdownNow();
        fake.close();
    }

    @Test
    void answers_before_the_upload_is_over_if_told_to() throws Exception {
        fake.next(Behaviour.error(413, "invalid_request_error", "too large").early());
        try (var socket = RawSocket.open(fake.port())) {
            socket.send("POST /v1/x HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nfew");
            assertThat(socket.readUntil("too large")).startsWith("HTTP/1.1 413");
        }
        fake.awaitRequestClosed(1);
        assertThat(fake.requests().getFirst().upload()).isEqualTo(Received.Upload.ABORTED);
    }

    @Test
    void tells_an_aborted_upload_from_a_complete_one() throws Exception {
        try (var socket = RawSocket.open(fake.port())) {
            socket.send("POST /v1/x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n");
            fake.awaitRequests(1);
        }
        fake.awaitRequestClosed(1);
        var aborted = fake.requests().getFirst();
        assertThat(aborted.upload()).isEqualTo(Received.Upload.ABORTED);
        assertThat(aborted.body()).isEqualTo(Buffer.buffer("abc"));
        assertThat(aborted.closedNanos()).isGreaterThanOrEqualTo(aborted.arrivedNanos());
    }

    @Test
    void records_requests_and_their_connections() throws Exception {
        fake.always(Behaviour.echo());
        assertThat(text("{\"a\": 1}"))
                .contains("\"method\":\"POST\"", "\"body\":\"{\\\"a\\\": 1}\"", "\"x-test\":[\"yes\"]");
        text("{\"b\": 2}");
        try (var socket = RawSocket.open(fake.port())) {
            socket.send("GET /v1/models?limit=3 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            socket.readToEnd();
        }
        var requests = fake.awaitRequests(3);
        assertThat(requests).extracting(Received::connection).containsExactly(1, 1, 2);
        assertThat(requests.get(1).body().toString()).isEqualTo("{\"b\": 2}");
        assertThat(requests.get(1).json().path("b").asInt()).isEqualTo(2);
        assertThat(requests.get(2).uri()).isEqualTo("/v1/models?limit=3");
        assertThat(requests.get(0).headers().get("x-test")).isEqualTo("yes");
        assertThat(fake.acceptedConnections()).isEqualTo(2);
    }

    @Test
    void records_the_parts_of_a_form() throws Exception {
        var heads = """
                --B
                Content-Disposition: form-data; name="model"

                whisper
                --B
                Content-Disposition: form-data; name="file"; filename="a.wav"
                Content-Type: audio/wav

                """;
        var form = Buffer.buffer(heads.replace("\n", "\r\n"))
                .appendBytes(new byte[] {1, '\r', '\n', (byte) 0xff})
                .appendString("\r\n--B--\r\n");
        var request = HttpRequest.newBuilder(URI.create(fake.baseUrl() + "/audio/transcriptions"))
                .header("content-type", "multipart/form-data; boundary=B")
                .POST(BodyPublishers.ofByteArray(form.getBytes()))
                .build();
        assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("{\"text\":\"fake transcription\"}");
        var parts = fake.requests().getFirst().parts();
        assertThat(parts).extracting(Received.Part::name).containsExactly("model", "file");
        assertThat(parts.get(0).content().toString()).isEqualTo("whisper");
        assertThat(parts.get(1).filename()).isEqualTo("a.wav");
        assertThat(parts.get(1).contentType()).isEqualTo("audio/wav");
        assertThat(parts.get(1).content().getBytes()).containsExactly(1, '\r', '\n', 0xff);
    }

    @Test
    void speaks_tls_with_a_certificate_that_can_be_trusted() throws Exception {
        try (var secure = FakeUpstream.startTls();
                var trusting = HttpClient.newBuilder()
                        .sslContext(TestCertificate.get().trusting())
                        .build()) {
            var request = HttpRequest.newBuilder(URI.create(secure.baseUrl() + "/chat/completions"))
                    .POST(BodyPublishers.ofString(ASK))
                    .build();
            secure.script(Behaviour.chat("sealed"), Behaviour.raw("HTTP/1.1 204 No Content\r\n\r\n"));
            assertThat(trusting.send(request, BodyHandlers.ofString()).body()).contains("sealed");
            assertThat(trusting.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(204);
            assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
        }
    }

    private String text(String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(fake.baseUrl() + "/chat/completions"))
                .header("x-test", "yes")
                .POST(BodyPublishers.ofString(body))
                .build();
        return client.send(request, BodyHandlers.ofString()).body();
    }
}
