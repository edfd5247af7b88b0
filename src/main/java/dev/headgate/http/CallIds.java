// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import java.security.SecureRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Makes call ids: unique in the process by a counter, across processes by a random start. Thread-safe. */
final class CallIds {
    private static final char[] DIGITS = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
    private static final int LENGTH = 20;

    private final long process = new SecureRandom().nextLong();
    private final AtomicLong counter = new AtomicLong();

    /** {@code call_} and 20 characters of Crockford's base 32. */
    String next() {
        long high = process + counter.getAndIncrement() * 0x9E3779B97F4A7C15L;
        long low = ThreadLocalRandom.current().nextLong();
        char[] out = new char[5 + LENGTH];
        "call_".getChars(0, 5, out, 0);
        for (int i = 0; i < LENGTH; i++) {
            long source = i < 12 ? high >>> (i * 5) : low >>> ((i - 12) * 5);
            out[5 + i] = DIGITS[(int) (source & 31)];
        }
        return new String(out);
    }
}
