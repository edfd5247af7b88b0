// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpServerOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the server may take from strangers; the library's own defaults are looser. */
final class ServerDefaultsTest {
    private final HttpServerOptions options = ServerDefaults.options();

    @Test
    void bounds_what_is_parsed() {
        assertThat(options.getMaxInitialLineLength()).isEqualTo(8 * 1024);
        assertThat(options.getMaxHeaderSize()).isEqualTo(32 * 1024);
        assertThat(options.getMaxChunkSize()).isEqualTo(64 * 1024);
        assertThat(options.getMaxFormAttributeSize()).isLessThanOrEqualTo(8192);
    }

    @Test
    void speaks_no_protocol_that_is_not_needed() {
        assertThat(options.isHttp2ClearTextEnabled()).isFalse();
        assertThat(options.isDecompressionSupported()).isFalse();
        assertThat(options.isCompressionSupported()).isFalse();
        assertThat(options.getPerFrameWebSocketCompressionSupported()).isFalse();
        assertThat(options.getPerMessageWebSocketCompressionSupported()).isFalse();
        assertThat(options.isHandle100ContinueAutomatically()).isFalse();
    }

    @Test
    void bounds_what_one_http2_connection_may_do() {
        assertThat(options.getInitialSettings().getMaxConcurrentStreams()).isEqualTo(100);
        assertThat(options.getInitialSettings().getMaxHeaderListSize()).isEqualTo(32 * 1024);
        assertThat(options.getHttp2RstFloodMaxRstFramePerWindow()).isEqualTo(200);
        assertThat(options.getHttp2RstFloodWindowDuration()).isEqualTo(30);
    }

    @Test
    void bounds_what_a_slow_reader_pins_in_the_kernel() {
        assertThat(options.getSendBufferSize()).isEqualTo(128 * 1024);
        assertThat(options.getReceiveBufferSize()).isEqualTo(128 * 1024);
    }

    @Test
    void leaves_idleness_to_a_timer_that_knows_a_waiting_call_from_an_idle_connection() {
        assertThat(options.getIdleTimeout()).isZero();
        assertThat(options.getReadIdleTimeout()).isZero();
        assertThat(options.getWriteIdleTimeout()).isZero();
    }

    @Test
    void waits_as_documented() {
        assertThat(Times.DEFAULT)
                .isEqualTo(new Times(
                        Duration.ofMillis(100),
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(60)));
    }

    @Test
    void bounds_connections() {
        assertThat(ConnectionGuard.MAX_CONNECTIONS).isEqualTo(20_000);
        assertThat(ConnectionGuard.MAX_PER_ADDRESS).isEqualTo(10_000);
    }

    @Test
    void counts_connections_in_all_and_by_address() {
        ConnectionGuard.Counts counts = new ConnectionGuard.Counts();
        for (int i = 0; i < ConnectionGuard.MAX_PER_ADDRESS; i++) {
            assertThat(counts.enter("a")).isTrue();
        }
        assertThat(counts.enter("a")).isFalse();
        for (int i = ConnectionGuard.MAX_PER_ADDRESS; i < ConnectionGuard.MAX_CONNECTIONS; i++) {
            assertThat(counts.enter("b")).isTrue();
        }
        assertThat(counts.enter("c")).isFalse();
        counts.leave("a");
        assertThat(counts.enter("c")).isTrue();
        assertThat(counts.open()).isEqualTo(ConnectionGuard.MAX_CONNECTIONS);
    }
}
