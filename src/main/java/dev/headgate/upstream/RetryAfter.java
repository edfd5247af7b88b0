// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import io.netty.handler.codec.DateFormatter;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * When a backend says to come back, at most in a day: {@code retry-after-ms}, {@code retry-after} in seconds or as a date (RFC 9110,
 * section 10.2.3), and for 429 also OpenAI's {@code x-ratelimit-reset-*} (API reference, Rate limits).
 */
final class RetryAfter {
    private static final Duration MOST = Duration.ofDays(1);
    private static final Pattern GO_DURATION = Pattern.compile(
            "(?:(\\d{1,4})d)?(?:(\\d{1,6})h)?(?:(\\d{1,6})m)?(?:(\\d{1,8}(?:\\.\\d{1,9})?)s)?(?:(\\d{1,10}(?:\\.\\d{1,9})?)ms)?");

    private RetryAfter() {}

    /** Null if the answer does not say, or not in words that are understood. */
    static @Nullable Duration of(int status, MultiMap headers) {
        Duration millis = number(headers.get("retry-after-ms"), 1);
        if (millis != null) {
            return millis;
        }
        String value = headers.get("retry-after");
        Duration said = number(value, 1000);
        if (said == null && value != null) {
            said = untilDate(value, headers.get("date"));
        }
        return said == null && status == 429 ? untilReset(headers) : said;
    }

    private static @Nullable Duration number(@Nullable String value, long unitMillis) {
        if (value == null || !value.matches("\\d{1,8}")) {
            return null;
        }
        return atMost(Duration.ofMillis(Long.parseLong(value) * unitMillis));
    }

    /** Counted from the answer's own date where it has one, so that a backend's clock may be wrong. */
    private static @Nullable Duration untilDate(String value, @Nullable String date) {
        Instant until = instant(value);
        if (until == null) {
            return null;
        }
        Instant sent = date == null ? null : instant(date);
        Duration left = Duration.between(sent == null ? Instant.now() : sent, until);
        return left.isNegative() ? Duration.ZERO : atMost(left);
    }

    private static @Nullable Instant instant(String value) {
        Date parsed = DateFormatter.parseHttpDate(value);
        return parsed == null ? null : parsed.toInstant();
    }

    /** The longer of the limits that are used up; if none says so, the longer of both. */
    private static @Nullable Duration untilReset(MultiMap headers) {
        Duration requests = goDuration(headers.get("x-ratelimit-reset-requests"));
        Duration tokens = goDuration(headers.get("x-ratelimit-reset-tokens"));
        boolean noRequests = "0".equals(headers.get("x-ratelimit-remaining-requests"));
        boolean noTokens = "0".equals(headers.get("x-ratelimit-remaining-tokens"));
        if (noRequests != noTokens) {
            Duration usedUp = noRequests ? requests : tokens;
            if (usedUp != null) {
                return usedUp;
            }
        }
        return requests == null || (tokens != null && tokens.compareTo(requests) > 0) ? tokens : requests;
    }

    /** {@code 12ms}, {@code 1s}, {@code 6m0s}, {@code 1h2m3.5s}. */
    private static @Nullable Duration goDuration(@Nullable String value) {
        Matcher parts = value == null ? null : GO_DURATION.matcher(value);
        if (parts == null || value == null || value.isEmpty() || !parts.matches()) {
            return null;
        }
        double[] unitMillis = {86_400_000, 3_600_000, 60_000, 1_000, 1};
        double millis = 0;
        for (int i = 0; i < unitMillis.length; i++) {
            String part = parts.group(i + 1);
            millis += part == null ? 0 : Double.parseDouble(part) * unitMillis[i];
        }
        return atMost(Duration.ofMillis((long) Math.ceil(millis)));
    }

    private static Duration atMost(Duration said) {
        return said.compareTo(MOST) > 0 ? MOST : said;
    }
}
