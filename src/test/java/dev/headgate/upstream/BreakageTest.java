// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Backend;
import dev.headgate.call.CallFailure;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.Guards;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClosedException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class BreakageTest {
    private static final Backend UP = new Backend(
            "up",
            Backend.Dialect.OPENAI,
            null,
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

    @Test
    void tells_why_there_is_no_connection() {
        assertThat(unreachable(new ConnectException("Connection refused"))).isEqualTo(ErrorKind.UPSTREAM_UNAVAILABLE);
        assertThat(unreachable(new UnknownHostException("x"))).isEqualTo(ErrorKind.UPSTREAM_UNAVAILABLE);
        assertThat(unreachable(new ConnectionPoolTooBusyException("full"))).isEqualTo(ErrorKind.UPSTREAM_UNAVAILABLE);
        assertThat(unreachable(new ConnectTimeoutException("late"))).isEqualTo(ErrorKind.UPSTREAM_TIMEOUT);
        assertThat(unreachable(new TimeoutException("late"))).isEqualTo(ErrorKind.UPSTREAM_TIMEOUT);
        assertThat(unreachable(new SSLHandshakeException("bad"))).isEqualTo(ErrorKind.UPSTREAM_TLS_ERROR);
    }

    @Test
    void names_the_cause_of_a_tls_failure_that_lies_deepest() {
        SSLHandshakeException outer = new SSLHandshakeException("Failed to create SSL connection");
        outer.initCause(new IOException("PKIX path\n building failed"));
        assertThat(Breakage.unreachable(UP, Duration.ofSeconds(2), outer))
                .hasMessage("Backend \"up\" failed the TLS handshake: PKIX path building failed");
    }

    @Test
    void tells_what_is_no_http_from_a_connection_that_broke() {
        assertThat(beforeHead(new TooLongHttpHeaderException("long"))).isEqualTo(ErrorKind.UPSTREAM_PROTOCOL_ERROR);
        assertThat(beforeHead(new IllegalArgumentException("two"))).isEqualTo(ErrorKind.UPSTREAM_PROTOCOL_ERROR);
        assertThat(beforeHead(new NumberFormatException("zz"))).isEqualTo(ErrorKind.UPSTREAM_PROTOCOL_ERROR);
        assertThat(beforeHead(new HttpClosedException("closed"))).isEqualTo(ErrorKind.UPSTREAM_FAILED);
        assertThat(beforeHead(new IOException("reset"))).isEqualTo(ErrorKind.UPSTREAM_FAILED);
    }

    private static ErrorKind unreachable(Throwable cause) {
        return Breakage.unreachable(UP, Duration.ofSeconds(2), cause).error().kind();
    }

    private static ErrorKind beforeHead(Throwable cause) {
        CallFailure failure = Breakage.beforeHead(UP, cause);
        return failure.error().kind();
    }
}
