// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RequestGuardTest {
    @Test
    void lets_ordinary_requests_pass() {
        for (String uri : List.of(
                "/v1/chat/completions",
                "/v1/models/demo%2Fecho",
                "/v1/models/demo/echo",
                "/v1/files?limit=10&after=file-1%2F",
                "/v1/x?q=..%2f%2e%2e")) {
            assertThat(check(HttpVersion.HTTP_1_1, uri, host("gw"))).as(uri).isNull();
        }
        for (String host : List.of("gw", "gw:8080", "127.0.0.1", "[::1]:8080", "a-b.example.com", "a_b")) {
            assertThat(check(HttpVersion.HTTP_1_1, "/v1/models", host(host)))
                    .as(host)
                    .isNull();
        }
        assertThat(check(HttpVersion.HTTP_1_1, "/v1/x", host("gw").add("transfer-encoding", "Chunked")))
                .isNull();
        assertThat(check(HttpVersion.HTTP_1_1, "/v1/x", host("gw").add("content-length", "3")))
                .isNull();
        assertThat(check(HttpVersion.HTTP_1_0, "/v1/x", headers())).isNull();
        assertThat(check(HttpVersion.HTTP_2, "/v1/x", headers())).isNull();
    }

    @Test
    void refuses_targets_that_two_parsers_might_read_differently() {
        for (String uri : List.of(
                "http://gw/v1/models",
                "*",
                "gw:443",
                "/v1/%2e%2e/admin",
                "/v1/%2E%2E/admin",
                "/v1/../admin",
                "/v1/./models",
                "/v1/..",
                "/v1/.",
                "//evil/v1/models",
                "/v1//models",
                "/v1/chat%2fcompletions",
                "/v1/a%5cb",
                "/v1/a\\b",
                "/v1/a%00",
                "/v1/a%0d%0ab",
                "/v1/a#b",
                "/v1/a\u00e9",
                "/v1/a b",
                "/v1/a?b\tc")) {
            assertThat(check(HttpVersion.HTTP_1_1, uri, host("gw"))).as(uri).isEqualTo(ErrorKind.INVALID_REQUEST);
        }
    }

    @Test
    void refuses_missing_doubled_and_malformed_hosts() {
        assertThat(check(HttpVersion.HTTP_1_1, "/v1/models", headers())).isEqualTo(ErrorKind.INVALID_REQUEST);
        assertThat(check(HttpVersion.HTTP_1_1, "/v1/models", host("a").add("host", "a")))
                .isEqualTo(ErrorKind.INVALID_REQUEST);
        for (String host : List.of("", "a b", "a/b", "user@a", "a,b", "a:b", "a:123456", "[::1", "a\u00e9")) {
            assertThat(check(HttpVersion.HTTP_1_1, "/v1/models", host(host)))
                    .as(host)
                    .isEqualTo(ErrorKind.INVALID_REQUEST);
        }
    }

    @Test
    void refuses_ambiguous_framing() {
        for (String encoding : List.of("xchunked", "identity", "gzip, chunked", "chunked, chunked", "")) {
            assertThat(check(HttpVersion.HTTP_1_1, "/v1/x", host("a").add("transfer-encoding", encoding)))
                    .as(encoding)
                    .isEqualTo(ErrorKind.INVALID_REQUEST);
        }
        MultiMap twoEncodings = host("a").add("transfer-encoding", "identity").add("transfer-encoding", "chunked");
        MultiMap both = host("a").add("transfer-encoding", "chunked").add("content-length", "3");
        MultiMap twoLengths = host("a").add("content-length", "3").add("content-length", "3");
        for (MultiMap headers : List.of(twoEncodings, both, twoLengths)) {
            assertThat(check(HttpVersion.HTTP_1_1, "/v1/x", headers)).isEqualTo(ErrorKind.INVALID_REQUEST);
        }
        assertThat(check(HttpVersion.HTTP_1_0, "/v1/x", host("a").add("transfer-encoding", "chunked")))
                .isEqualTo(ErrorKind.INVALID_REQUEST);
    }

    @Test
    void without_keys_only_loopback_names_are_served() {
        for (String host :
                List.of("localhost", "LOCALHOST:80", "127.0.0.1:8080", "127.1.2.3", "[::1]:1", "a.localhost")) {
            assertThat(RequestGuard.checkOpen(host, null)).as(host).isNull();
        }
        for (String host :
                List.of("example.com", "localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "0.0.0.0")) {
            assertThat(kind(RequestGuard.checkOpen(host, null))).as(host).isEqualTo(ErrorKind.ORIGIN_NOT_ALLOWED);
        }
        assertThat(kind(RequestGuard.checkOpen(null, null))).isEqualTo(ErrorKind.ORIGIN_NOT_ALLOWED);
    }

    @Test
    void without_keys_only_loopback_pages_are_served() {
        for (String origin : List.of("http://localhost:3000", "https://127.0.0.1", "http://[::1]:5173")) {
            assertThat(RequestGuard.checkOpen("localhost", origin)).as(origin).isNull();
        }
        for (String origin : List.of(
                "null", "https://example.com", "http://localhost.example.com", "localhost", "http://localhost/x")) {
            assertThat(kind(RequestGuard.checkOpen("localhost", origin)))
                    .as(origin)
                    .isEqualTo(ErrorKind.ORIGIN_NOT_ALLOWED);
        }
    }

    private static @Nullable ErrorKind check(HttpVersion version, String uri, MultiMap headers) {
        return kind(RequestGuard.check(version, uri, headers));
    }

    private static @Nullable ErrorKind kind(@Nullable GatewayError error) {
        return error == null ? null : error.kind();
    }

    private static MultiMap headers() {
        return MultiMap.caseInsensitiveMultiMap();
    }

    private static MultiMap host(String host) {
        return headers().add("host", host);
    }
}
