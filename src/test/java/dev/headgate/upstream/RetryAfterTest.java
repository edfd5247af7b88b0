// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "retry-after-ms: 1500; retry-after: 9 | 1500",
                "retry-after: 7 | 7000",
                "retry-after: 0 | 0",
                "retry-after: 99999999 | 86400000",
                "retry-after: -1 | -",
                "retry-after: soon | -",
                "date: Sun, 06 Nov 1994 08:49:37 GMT; retry-after: Sun, 06 Nov 1994 08:49:49 GMT | 12000",
                "date: Sun, 06 Nov 1994 08:49:37 GMT; retry-after: Sunday, 06-Nov-94 08:50:37 GMT | 60000",
                "date: Sun, 06 Nov 1994 08:49:37 GMT; retry-after: Sun Nov  6 08:49:47 1994 | 10000",
                "retry-after: Sun, 06 Nov 1994 08:49:37 GMT | 0",
                "retry-after: Sun, 06 Nov 2994 08:49:37 GMT | 86400000",
                "x-ratelimit-reset-requests: 12ms | 12",
                "x-ratelimit-reset-requests: 1s | 1000",
                "x-ratelimit-reset-tokens: 6m0s | 360000",
                "x-ratelimit-reset-tokens: 1h2m3.5s | 3723500",
                "x-ratelimit-reset-tokens: 2d | 86400000",
                "x-ratelimit-reset-tokens: 1h2x | -",
                "x-ratelimit-reset-requests: 1s; x-ratelimit-reset-tokens: 6s | 6000",
                "x-ratelimit-reset-requests: 9s; x-ratelimit-reset-tokens: 6s | 9000",
                "x-ratelimit-reset-requests: 1s; x-ratelimit-reset-tokens: 6s; x-ratelimit-remaining-requests: 0; x-ratelimit-remaining-tokens: 5 | 1000",
                "x-ratelimit-reset-requests: 9s; x-ratelimit-reset-tokens: 6s; x-ratelimit-remaining-tokens: 0 | 6000",
                "x-ratelimit-reset-requests: 9s; x-ratelimit-reset-tokens: 6s; x-ratelimit-remaining-tokens: 0; x-ratelimit-remaining-requests: 0 | 9000",
                "retry-after: 3; x-ratelimit-reset-requests: 9s | 3000",
                "x-other: 1 | -"
            })
    void reads_when_to_come_back(String headers, Long millis) {
        assertThat(RetryAfter.of(429, map(headers))).isEqualTo(millis == null ? null : Duration.ofMillis(millis));
    }

    @Test
    void believes_rate_limits_only_where_one_was_reached() {
        MultiMap limits = map("x-ratelimit-reset-requests: 9s");
        assertThat(RetryAfter.of(500, limits)).isNull();
        assertThat(RetryAfter.of(429, limits)).hasSeconds(9);
    }

    private static MultiMap map(String headers) {
        MultiMap map = MultiMap.caseInsensitiveMultiMap();
        for (String header : headers.split("; ", -1)) {
            String[] pair = header.split(": ", 2);
            map.add(pair[0], pair[1]);
        }
        return map;
    }
}
