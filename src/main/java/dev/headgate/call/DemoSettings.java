// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.time.Duration;

/**
 * How the demo backend behaves.
 *
 * @param words length of a {@code lorem} answer, at least 1
 * @param tokensPerSecond pace of streamed answers; 0 for as fast as the reader takes them
 * @param errorPercent share of {@code flaky} requests that fail, 0 to 100
 * @param delay how long {@code slow} thinks before its first token
 */
public record DemoSettings(int words, int tokensPerSecond, int errorPercent, Duration delay) {
    public static final DemoSettings DEFAULT = new DemoSettings(64, 50, 20, Duration.ofSeconds(3));

    public DemoSettings {
        require(words >= 1, "words must be at least 1");
        require(tokensPerSecond >= 0, "tokensPerSecond must not be negative");
        require(errorPercent >= 0 && errorPercent <= 100, "errorPercent must lie between 0 and 100");
        require(!delay.isNegative(), "delay must not be negative");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
