// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** When the tokens of an answer are due: the first after a while, then one per gap. Nanoseconds. */
record Pace(long first, long gap) {
    static Pace of(Duration first, int tokensPerSecond) {
        return new Pace(first.toNanos(), tokensPerSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / tokensPerSecond);
    }

    long due(int token) {
        return first + token * gap;
    }
}
