// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import org.junit.jupiter.api.Test;

/** How backends are talked to, wherever the library's own default is wrong for a proxy of streams. */
final class ClientDefaultsTest {
    private final HttpClientOptions options = HttpTransport.clientOptions();
    private final PoolOptions pool = HttpTransport.poolOptions();

    @Test
    void gives_every_stream_a_connection_and_bounds_the_queue_for_one() {
        assertThat(pool.getHttp1MaxSize()).isGreaterThanOrEqualTo(2_000);
        assertThat(pool.getMaxWaitQueueSize()).isBetween(0, 100);
        assertThat(options.getProtocolVersion()).isEqualTo(HttpVersion.HTTP_1_1);
        assertThat(options.isPipelining()).isFalse();
        assertThat(options.isKeepAlive()).isTrue();
    }

    @Test
    void ends_a_connection_attempt_that_no_request_waits_for_any_more() {
        assertThat(options.getConnectTimeout()).isEqualTo(30_000);
    }

    @Test
    void leaves_silence_to_the_timeouts_of_the_call() {
        assertThat(options.getIdleTimeout()).isZero();
        assertThat(options.getReadIdleTimeout()).isZero();
    }

    @Test
    void follows_no_redirect_and_trusts_nobody_blindly() {
        assertThat(options.getMaxRedirects()).isZero();
        assertThat(options.isTrustAll()).isFalse();
        assertThat(options.isVerifyHost()).isTrue();
    }

    @Test
    void hands_on_bodies_as_they_are() {
        assertThat(options.isDecompressionSupported()).isFalse();
    }

    @Test
    void bounds_heads() {
        assertThat(options.getMaxHeaderSize()).isEqualTo(32 * 1024);
    }
}
